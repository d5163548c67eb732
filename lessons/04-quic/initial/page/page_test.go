package page

import (
	"bytes"
	"encoding/hex"
	"os"
	"regexp"
	"strings"
	"testing"

	"onthewire/lessons/04-quic/initial"
)

// datagrams are the first n of a handshake that was recorded.
func datagrams(t *testing.T, n int) *initial.Conversation {
	t.Helper()
	text, err := os.ReadFile("../testdata/handshake.hex")
	if err != nil {
		t.Fatal(err)
	}
	var c initial.Conversation
	for _, line := range strings.Split(string(text), "\n")[1 : n+1] {
		from := initial.Client
		if rest, ok := strings.CutPrefix(line, "< "); ok {
			line, from = rest, initial.Server
		}
		data, err := hex.DecodeString(line)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Read(data, from); err != nil {
			t.Fatal(err)
		}
	}
	return &c
}

func TestAPageHasEveryByteAlsoOfAHandshakeThatIsNotWhole(t *testing.T) {
	for _, n := range []int{1, 3} { // one CRYPTO frame too few, and a client alone
		c := datagrams(t, n)
		html, err := Of(c, "<recorded>")
		if err != nil {
			t.Fatal(err)
		}
		want := 0
		for _, d := range c.Datagrams {
			want += len(d.Wire)
		}
		for side := range c.Handshake {
			if got := len(c.Handshake[side].Bytes()); n > 1 {
				want += got // once more, put together
			}
		}
		if got := len(regexp.MustCompile(`data-f="\d`).FindAll(html, -1)); got != want {
			t.Errorf("the page of %d datagrams has %d bytes, want %d", n, got, want)
		}
		if bytes.Contains(html, []byte("<recorded>")) {
			t.Error("what it was told stands in it as HTML")
		}
	}
}
