package initial

import (
	"errors"
	"testing"

	"onthewire/lessons/04-quic/initial/field"
)

// FuzzRead hands datagrams of anybody to a conversation, which may have begun.
func FuzzRead(f *testing.F) {
	for _, file := range []string{"rfc9001.hex", "handshake.hex"} {
		for _, d := range datagrams(f, file) {
			f.Add([]byte(d.Wire), d.From == Server, false)
			f.Add([]byte(d.Wire), d.From == Server, true)
		}
	}
	f.Add(unhex(f, "ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba"), true, true)
	f.Add(unhex(f, "80000000000002abcd000000016b3343cf"), true, false)
	f.Fuzz(func(t *testing.T, data []byte, fromServer, begun bool) {
		var c Conversation
		if begun {
			c = *appendix(t, 2)
		}
		holds(t, &c, data, map[bool]Side{true: Server}[fromServer])
	})
}

// FuzzPayload lets anybody write the frames of an Initial that opens.
func FuzzPayload(f *testing.F) {
	for _, file := range []string{"rfc9001.hex", "handshake.hex"} {
		var c Conversation
		for _, d := range datagrams(f, file) {
			if err := c.Read(d.Wire, d.From); err != nil {
				f.Fatal(err)
			}
		}
		for _, d := range c.Datagrams {
			for _, p := range d.Packets {
				for _, part := range p.Parts {
					if part.Name == "Packet Payload" {
						f.Add([]byte(d.Plain[part.At:part.End()]))
					}
				}
			}
		}
	}
	f.Add(unhex(f, "020a40ff01020201"))
	f.Add(unhex(f, "030a0000000102031c0a0603627965"))
	f.Fuzz(func(t *testing.T, payload []byte) {
		if len(payload) > 16_000 {
			t.Skip("the length of a sealed packet has two bytes")
		}
		var c Conversation
		holds(t, &c, sealed(t, Client, 0, payload), Client)
		c.Explain()
		holds(t, &c, sealed(t, Client, 1, payload), Client)
	})
}

// holds reads a datagram, and wants each of its bytes explained, once, or an error that says
// where.
func holds(t *testing.T, c *Conversation, data []byte, from Side) {
	err := c.Read(data, from)
	wrong, ok := errors.AsType[*field.Error](err)
	switch {
	case err == nil:
		covers(t, c)
	case len(data) > 0 && (!ok || wrong.At < 0 || wrong.At > len(data) || wrong.Field == "" || wrong.Wrong == nil):
		t.Fatalf("an error that does not say where: %v", err)
	}
	c.Explain()
	if err == nil {
		covers(t, c)
	}
	fields := 0
	for _, d := range c.Datagrams {
		for _, p := range d.Packets {
			field.Walk(p.Parts, nil, func([]string, field.Field) { fields++ })
		}
	}
	if most := 100 + 40*len(c.Datagrams) + 8*len(data)*len(c.Datagrams); fields > most {
		t.Fatalf("%d fields of %d bytes", fields, len(data))
	}
}
