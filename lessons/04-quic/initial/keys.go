package initial

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
)

// salt is public. It makes an Initial of version 1 one of version 1 and of no other (RFC
// 9001, section 5.2).
var salt = []byte{
	0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
	0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a,
}

// keys are what one side protects its Initial packets with.
type keys struct {
	aead   cipher.AEAD  // seals the payload
	iv     []byte       // becomes the nonce
	header cipher.Block // hides the packet number
}

// initialKeys derives them from the first connection ID that the client has made up. It
// stands in the clear in the same packet, so anybody on the path can do this.
func initialKeys(destination []byte, from Side) (keys, error) {
	secret, err := hkdf.Extract(sha256.New, destination, salt)
	if err != nil {
		return keys{}, err
	}
	label := map[Side]string{Client: "client in", Server: "server in"}[from]
	secret, err = expandLabel(secret, label, sha256.Size)
	if err != nil {
		return keys{}, err
	}
	return newKeys(secret)
}

// newKeys makes the three of one secret (RFC 9001, section 5.1). An Initial is protected by
// AES-128-GCM, whatever the two sides agree on afterwards.
func newKeys(secret []byte) (k keys, err error) {
	key, err := expandLabel(secret, "quic key", 16)
	if err != nil {
		return k, err
	}
	iv, err := expandLabel(secret, "quic iv", 12)
	if err != nil {
		return k, err
	}
	hp, err := expandLabel(secret, "quic hp", 16)
	if err != nil {
		return k, err
	}
	seal, err1 := aes.NewCipher(key)
	header, err2 := aes.NewCipher(hp)
	if err := errors.Join(err1, err2); err != nil {
		return k, err
	}
	aead, err := cipher.NewGCM(seal)
	return keys{aead, iv, header}, err
}

// expandLabel is TLS 1.3's HKDF-Expand-Label (RFC 8446, section 7.1) with no context.
func expandLabel(secret []byte, label string, size int) ([]byte, error) {
	label = "tls13 " + label
	info := binary.BigEndian.AppendUint16(nil, uint16(size))
	info = append(info, byte(len(label)))
	info = append(info, label...)
	info = append(info, 0) // the context has no bytes
	return hkdf.Expand(sha256.New, secret, string(info), size)
}
