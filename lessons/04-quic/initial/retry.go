package initial

import (
	"crypto/aes"
	"crypto/cipher"

	"onthewire/lessons/04-quic/initial/field"
)

// A Retry's tag is made with a key that stands in the RFC. It shows that whoever sent the
// Retry has seen the client's Initial, and no more (RFC 9001, section 5.8).
var (
	retryKey   = []byte{0xbe, 0x0c, 0x69, 0x0b, 0x9f, 0x66, 0x57, 0x5a, 0x1d, 0x76, 0x6b, 0x54, 0xe3, 0x68, 0xc8, 0x4e}
	retryNonce = []byte{0x46, 0x15, 0x99, 0xd3, 0x5d, 0x63, 0x2b, 0xf2, 0x23, 0x98, 0x25, 0xbb}
)

// retry reads what a server says that first wants to see the client at its address. From
// here on the keys come from the connection ID that the server has chosen.
func (c *Conversation) retry(packet []byte, h header, r *field.Reader) {
	if r.Left() < tagSize {
		r.Fail("%d bytes follow, too few for the integrity tag", r.Left())
		return
	}
	r.Bytes("Retry Token", uint64(r.Left()-tagSize))
	packet = packet[:len(packet)-tagSize]
	tag := r.Bytes("Retry Integrity Tag", tagSize)
	if !c.known {
		r.Fail("it covers the first connection ID of the client, whose Initial was not seen")
		return
	}
	if string(tag) != string(retryTag(c.original, packet)) {
		r.Fail("it does not fit the packet and connection ID %x", c.original)
		return
	}
	original := c.original
	c.known = false
	if err := c.deriveKeys(h.source, Client); err != nil {
		r.Fail("%w", err)
	}
	c.original = original
}

func retryTag(original, packet []byte) []byte {
	block, _ := aes.NewCipher(retryKey) // 16 bytes are always a key
	aead, _ := cipher.NewGCM(block)
	pseudo := append([]byte{byte(len(original))}, original...)
	return aead.Seal(nil, retryNonce, nil, append(pseudo, packet...))
}
