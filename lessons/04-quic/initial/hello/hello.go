// Package hello reads the first message of each side in a TLS 1.3 handshake: ClientHello and
// ServerHello, down to their extensions (RFC 8446, section 4.1).
package hello

import (
	"fmt"

	"onthewire/lessons/04-quic/initial/field"
)

const (
	clientHello = 1
	serverHello = 2
)

// retryRandom in place of a random number makes a ServerHello a HelloRetryRequest.
const retryRandom = "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91" +
	"\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c"

// Read reads the messages that the CRYPTO frames of Initials have brought. What is left when
// they end too early is an error, and so is anything else that has no place there.
func Read(data []byte) ([]field.Field, error) {
	r := field.NewReader(data, 0, len(data))
	for r.More() {
		switch r.Rest()[0] {
		case clientHello:
			r.Group("ClientHello", func() { message(r, client) })
		case serverHello:
			r.Group("ServerHello", func() { message(r, server) })
		default:
			r.FailAt("Type", fmt.Errorf("message %d of TLS is neither ClientHello nor ServerHello", r.Rest()[0]))
		}
	}
	return r.Fields(), r.Err()
}

// Whole tells whether the last message that has begun has also ended.
func Whole(data []byte) bool {
	for len(data) >= 4 {
		size := 4 + (int(data[1])<<16 | int(data[2])<<8 | int(data[3]))
		if size > len(data) {
			return false
		}
		data = data[size:]
	}
	return len(data) == 0
}

func message(r *field.Reader, body func(*field.Reader)) {
	r.Uint("Type", 1)
	size := r.Uint("Length", 3)
	if size > uint64(r.Left()) {
		r.Fail("the message has %d bytes, of which %d have come", size, r.Left())
	}
	r.Within("Body", size, func() { body(r) })
}

func client(r *field.Reader) {
	opening(r)
	r.Within("cipher_suites", r.Uint("cipher_suites length", 2), func() {
		for r.More() {
			named(r, "Cipher Suite", 2, cipherSuites)
		}
	})
	r.Bytes("legacy_compression_methods", r.Uint("legacy_compression_methods length", 1))
	extensions(r, inClientHello)
}

func server(r *field.Reader) {
	random := opening(r)
	named(r, "cipher_suite", 2, cipherSuites)
	r.Uint("legacy_compression_method", 1)
	if string(random) == retryRandom {
		extensions(r, inRetryRequest)
	} else {
		extensions(r, inServerHello)
	}
}

// opening is what both begin with.
func opening(r *field.Reader) (random []byte) {
	named(r, "legacy_version", 2, versions)
	random = r.Bytes("random", 32)
	if string(random) == retryRandom {
		r.Say("HelloRetryRequest")
	}
	r.Bytes("legacy_session_id", r.Uint("legacy_session_id length", 1))
	return random
}

// named reads a number that stands for something.
func named(r *field.Reader, name string, size uint64, names map[uint64]string) uint64 {
	v := r.Uint(name, size)
	if text, ok := names[v]; ok {
		r.Say("%s", text)
	} else if v&0x0f0f == 0x0a0a && v>>8 == v&0xff {
		r.Say("%#04x, GREASE: nothing, so that nobody trips over what is new", v)
	} else {
		r.Say("%#0*x", 2+2*int(size), v)
	}
	return v
}
