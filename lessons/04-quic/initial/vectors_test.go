package initial

import (
	"bytes"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"onthewire/lessons/04-quic/initial/field"
)

// What RFC 9001 has in appendix A.

const exampleID = "8394c8f03e515708"

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// datagrams are those of a file in testdata, a line each, with < before those of the server.
func datagrams(t testing.TB, file string) (of []Datagram) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line, from := strings.TrimSpace(line), Client
		if line[0] == '#' {
			continue
		}
		if rest, ok := strings.CutPrefix(line, "< "); ok {
			line, from = rest, Server
		}
		of = append(of, Datagram{From: from, Wire: unhex(t, line)})
	}
	return of
}

// appendix is a conversation of which the first n datagrams of appendix A were read.
func appendix(t testing.TB, n int) *Conversation {
	t.Helper()
	var c Conversation
	for _, d := range datagrams(t, "rfc9001.hex")[:n] {
		if err := c.Read(d.Wire, d.From); err != nil {
			t.Fatal(err)
		}
	}
	return &c
}

func TestTheKeysOfAppendixA1(t *testing.T) {
	for _, want := range []struct {
		side         Side
		iv           string
		sample, mask string // of A.2 and A.3
	}{
		{side: Client, iv: "fa044b2f42a3fd3b46fb255c", sample: "d1b1c98dd7689fb8ec11d242b123dc9b", mask: "437b9aec36"},
		{side: Server, iv: "0ac1493ca1905853b0bba03e", sample: "2cd0991cd25b0aac406a5816b6394100", mask: "2ec0d8356a"},
	} {
		k, err := initialKeys(unhex(t, exampleID), want.side)
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(k.iv); got != want.iv {
			t.Errorf("the iv of the %v is %s, want %s", want.side, got, want.iv)
		}
		mask := make([]byte, 16)
		k.header.Encrypt(mask, unhex(t, want.sample))
		if got := hex.EncodeToString(mask[:5]); got != want.mask {
			t.Errorf("the mask of the %v is %s, want %s", want.side, got, want.mask)
		}
	}
}

func TestTheClientsInitialOfAppendixA2(t *testing.T) {
	c := appendix(t, 1)
	d := c.Datagrams[0]
	if p := d.Packets[0]; len(d.Packets) != 1 || p.Type != Initial || p.Number != 2 || !p.Opened {
		t.Errorf("it is %d packets, the first %v %d", len(d.Packets), p.Type, p.Number)
	}
	if want := unhex(t, "c300000001088394c8f03e5157080000449e00000002"); !bytes.HasPrefix(d.Plain, want) {
		t.Errorf("its header is % x", d.Plain[:len(want)])
	}
	frame := unhex(t, "060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e868")
	if !bytes.HasPrefix(d.Plain[22:], frame) {
		t.Errorf("its payload begins with % x", d.Plain[22:22+len(frame)])
	}
	hello, err := c.Hello(Client)
	if err != nil {
		t.Fatal(err)
	}
	if got := value(hello, "HostName"); got != `"example.com"` {
		t.Errorf("it asks for %s", got)
	}
}

func TestTheServersInitialOfAppendixA3(t *testing.T) {
	c := appendix(t, 2)
	d := c.Datagrams[1]
	if p := d.Packets[0]; p.Number != 1 || value(p.Parts, "Largest Acknowledged") != "0" {
		t.Errorf("packet %d acknowledges %s", p.Number, value(p.Parts, "Largest Acknowledged"))
	}
	if want := unhex(t, "c1000000010008f067a5502a4262b50040750001"); !bytes.HasPrefix(d.Plain, want) {
		t.Errorf("its header is % x", d.Plain[:len(want)])
	}
	hello, err := c.Hello(Server)
	if err != nil || value(hello, "selected_version") != "TLS 1.3" {
		t.Errorf("its version is %q, %v", value(hello, "selected_version"), err)
	}
}

func TestTheRetryOfAppendixA4MovesTheKeys(t *testing.T) {
	c := appendix(t, 1)
	before := c.keys[Client].iv
	retry := unhex(t, "ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba")
	if err := c.Read(retry, Server); err != nil {
		t.Fatal(err)
	}
	want, err := initialKeys(unhex(t, "f067a5502a4262b5"), Client)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(before, c.keys[Client].iv) || !bytes.Equal(want.iv, c.keys[Client].iv) {
		t.Error("the keys are not those of the connection ID in the Retry")
	}
	retry[20] ^= 1
	if err := c.Read(retry, Server); err == nil {
		t.Error("a Retry with one bit changed is believed")
	}
}

// value is what the first field of that name says.
func value(fields []field.Field, name string) (text string) {
	field.Walk(fields, nil, func(_ []string, f field.Field) {
		if f.Name == name && text == "" {
			text = f.Value
		}
	})
	return text
}
