package hello

import (
	"fmt"

	"onthewire/lessons/04-quic/initial/field"
)

// parameters reads what QUIC has to say before there is a connection, and says in an
// extension of TLS (RFC 9000, section 18; RFC 9001, section 8.2).
func parameters(r *field.Reader) {
	for r.More() {
		id := field.NewReader(r.Rest(), 0, r.Left()).Varint("Parameter ID")
		name, known := parameterNames[id]
		switch {
		case known:
		case id%31 == 27:
			name = "a reserved parameter"
		default:
			name = fmt.Sprintf("parameter %#x", id)
		}
		r.Group(name, func() {
			r.Varint("Parameter ID")
			size := r.Varint("Parameter Length")
			r.Within("Parameter Value", size, func() { parameter(r, id) })
		})
	}
}

// parameter reads one. Most are numbers, and they fill their length.
func parameter(r *field.Reader, id uint64) {
	switch id {
	case 0x00, 0x0f, 0x10: // connection IDs
		r.Say("%x", r.Bytes("connection ID", uint64(r.Left())))
	case 0x01, 0x0b:
		r.Say("%d ms", r.Varint("number"))
	case 0x03, 0x04, 0x05, 0x06, 0x07, 0x20:
		r.Say("%d bytes", r.Varint("number"))
	case 0x08, 0x09, 0x0a, 0x0e:
		r.Varint("number")
	case 0x11:
		for r.More() {
			r.Say("version %#x", r.Uint("version", 4))
		}
	default:
		r.Bytes("data", uint64(r.Left()))
	}
}
