package hello_test

import (
	"bytes"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"onthewire/lessons/04-quic/initial"
	"onthewire/lessons/04-quic/initial/field"
	"onthewire/lessons/04-quic/initial/hello"
)

// conversation is what a file of datagrams comes to.
func conversation(t testing.TB, file string) *initial.Conversation {
	t.Helper()
	text, err := os.ReadFile("../testdata/" + file)
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

// says collects what the leaves of that name say.
func says(fields []field.Field, name string) (texts []string) {
	for _, f := range field.Leaves(fields) {
		if f.Name == name {
			texts = append(texts, f.Value)
		}
	}
	return texts
}

func TestAClientHelloIsReadDownToItsExtensions(t *testing.T) {
	c := conversation(t, "handshake.hex")
	fields, err := c.Hello(initial.Client)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"HostName": `"localhost"`, "ProtocolName": `"echo"`, "ProtocolVersion": "TLS 1.3",
		"group":        "X25519MLKEM768 x25519",
		"Cipher Suite": "TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256",
	} {
		if got := strings.Join(says(fields, name), " "); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	var parameters, opaque []string
	field.Walk(fields, nil, func(around []string, f field.Field) {
		if len(around) > 0 && around[len(around)-1] == "quic_transport_parameters" && f.Name == "Data" {
			for _, part := range f.Parts {
				parameters = append(parameters, part.Name)
			}
		}
		if f.Name == "Data" && len(f.Parts) == 0 {
			opaque = append(opaque, around[len(around)-1])
		}
	})
	if !strings.Contains(strings.Join(parameters, " "), "initial_max_data") {
		t.Errorf("QUIC's parameters are %v", parameters)
	}
	if strings.Join(opaque, " ") != "renegotiation_info" {
		t.Errorf("these extensions were not opened: %v", opaque)
	}
}

func TestWhatIsWrongInTLSIsSaidWithFieldAndOffset(t *testing.T) {
	c := conversation(t, "rfc9001.hex")
	good := c.Handshake[initial.Client].Bytes()
	change := func(at int, to byte) []byte {
		data := bytes.Clone(good)
		data[at] = to
		return data
	}
	for _, c := range []struct {
		data []byte
		want string
	}{
		{[]byte{11, 0, 0, 0}, "at byte 0, Type: message 11 of TLS is neither"},
		{good[:100], "at byte 1, Length: the message has 237 bytes, of which 96 have come"},
		{change(3, 0xec), "at byte 49, extensions: it has 192 bytes, and only 191 are left"},
		{change(38, 0xff), "at byte 39, legacy_session_id: it has 255 bytes, and only 202 are left"},
		{change(40, 5), "at byte 45, Cipher Suite: it has 2 bytes, and only 1 are left"},
		{change(52, 15), "at byte 55, server_name_list: it has 14 bytes, and only 13 are left"},
	} {
		_, err := hello.Read(c.data)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v\nwant %s", err, c.want)
		}
	}
}

func FuzzHello(f *testing.F) {
	for _, file := range []string{"rfc9001.hex", "handshake.hex"} {
		c := conversation(f, file)
		for side := range c.Handshake {
			f.Add(c.Handshake[side].Bytes())
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fields, err := hello.Read(data)
		if err != nil {
			return
		}
		if !hello.Whole(data) {
			t.Fatal("it was read, and is not whole")
		}
		at := 0
		for _, leaf := range field.Leaves(fields) {
			if leaf.At != at {
				t.Fatalf("%s begins at %d, and what is before it ends at %d", leaf.Name, leaf.At, at)
			}
			at = leaf.End()
		}
		if at != len(data) {
			t.Fatalf("nobody explains the bytes from %d to %d", at, len(data))
		}
	})
}
