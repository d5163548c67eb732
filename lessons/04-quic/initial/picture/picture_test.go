package picture

import (
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"onthewire/lessons/04-quic/initial"
	"onthewire/lessons/04-quic/initial/field"
	"onthewire/lessons/04-quic/initial/meaning"
)

func recorded(t *testing.T) *initial.Conversation {
	t.Helper()
	text, err := os.ReadFile("../testdata/handshake.hex")
	if err != nil {
		t.Fatal(err)
	}
	var c initial.Conversation
	for line := range strings.Lines(string(text)) {
		line, from := strings.TrimSpace(line), initial.Client
		if rest, ok := strings.CutPrefix(line, "< "); ok {
			line, from = rest, initial.Server
		}
		if data, err := hex.DecodeString(line); err == nil {
			if err := c.Read(data, from); err != nil {
				t.Fatal(err)
			}
		}
	}
	return &c
}

func TestAPictureFitsTheTerminal(t *testing.T) {
	c := recorded(t)
	for _, width := range []int{44, 60, 72, 80} {
		pen := Pen{Width: width}
		lines := append(pen.List(c), pen.Datagrams(c)...)
		for _, side := range []initial.Side{initial.Client, initial.Server} {
			message, err := pen.Message(c, side)
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, message...)
		}
		if len(lines) < 200 {
			t.Errorf("at %d columns it has %d lines", width, len(lines))
		}
		for _, line := range lines {
			if count(line) > width {
				t.Errorf("at %d columns: %s", width, line)
			}
		}
	}
}

func TestEachFieldOfAHandshakeHasAMeaningAndAPlaceWhereItIsWritten(t *testing.T) {
	c := recorded(t)
	c.Explain()
	for _, d := range c.Datagrams {
		for _, p := range d.Packets {
			field.Walk([]field.Field{p.Field}, nil, func(around []string, f field.Field) {
				m := meaning.Of(append(around[:len(around):len(around)], f.Name)...)
				if m.Text == "" || m.RFC == 0 || m.Section == "" {
					t.Errorf("%v %s has none", around, f.Name)
				}
			})
		}
	}
}
