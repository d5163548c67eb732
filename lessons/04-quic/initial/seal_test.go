package initial

import (
	"encoding/binary"
	"testing"
)

// sealed is an Initial of version 1 with this payload, as the RFC has it made. Its header is
// that of appendix A.2: 18 bytes up to the packet number, which has 4.
func sealed(t testing.TB, from Side, number uint64, payload []byte) []byte {
	t.Helper()
	k, err := initialKeys(unhex(t, exampleID), from)
	if err != nil {
		t.Fatal(err)
	}
	packet := append([]byte{0xc3, 0, 0, 0, 1, 8}, unhex(t, exampleID)...)
	packet = append(packet, 0, 0) // no source connection ID, no token
	packet = binary.BigEndian.AppendUint16(packet, uint16(0x4000|4+len(payload)+tagSize))
	packet = binary.BigEndian.AppendUint32(packet, uint32(number))
	nonce := append([]byte(nil), k.iv...)
	for i := range 8 {
		nonce[len(nonce)-1-i] ^= byte(number >> (8 * i))
	}
	packet = k.aead.Seal(packet, nonce, payload, packet)
	mask := make([]byte, 16)
	k.header.Encrypt(mask, packet[22:38])
	packet[0] ^= mask[0] & 0x0f
	for i := range 4 {
		packet[18+i] ^= mask[1+i]
	}
	return packet
}
