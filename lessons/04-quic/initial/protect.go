package initial

import (
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	sampleSize = 16
	tagSize    = 16
)

// unmask takes header protection away (RFC 9001, section 5.4): four bits of the first byte
// and the packet number. How long that is, the first byte says, and only now. So the sample
// of the payload that makes the mask is taken as if the number had four bytes. It returns
// how many it has.
func (k keys) unmask(packet []byte, number int) (size int, err error) {
	sample := number + 4
	if len(packet) < sample+sampleSize {
		return 0, fmt.Errorf("a packet with %d bytes from here on is too short for header protection, whose sample ends with the %dth",
			len(packet)-number, 4+sampleSize)
	}
	var mask [sampleSize]byte
	k.header.Encrypt(mask[:], packet[sample:sample+sampleSize])
	packet[0] ^= mask[0] & 0x0f
	size = int(packet[0]&0x03) + 1
	for i := range size {
		packet[number+i] ^= mask[1+i]
	}
	return size, nil
}

// open decrypts the payload where it stands (RFC 9001, section 5.3). The header is
// authenticated with it: one bit changed on the way, and nothing opens.
func (k keys) open(packet []byte, payload int, number uint64) error {
	nonce := make([]byte, len(k.iv))
	binary.BigEndian.PutUint64(nonce[len(nonce)-8:], number)
	for i, b := range k.iv {
		nonce[i] ^= b
	}
	_, err := k.aead.Open(packet[payload:payload], nonce, packet[payload:], packet[:payload])
	if err != nil {
		return errNotOpened
	}
	return nil
}

var errNotOpened = errors.New("these keys do not open it: a bit was changed, or they belong to another connection")

// decodeNumber finds the packet number whose last bytes are these: the one nearest to what
// would come next (RFC 9000, appendix A.3). expected is one more than the largest so far.
func decodeNumber(truncated uint64, size int, expected uint64) uint64 {
	window := uint64(1) << (8 * size)
	number := expected&^(window-1) | truncated
	switch {
	case number+window/2 <= expected && number < 1<<62-window:
		return number + window
	case number > expected+window/2 && number >= window:
		return number - window
	}
	return number
}
