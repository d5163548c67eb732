package octets

import (
	"errors"
	"sync"
)

// codeLengths are how many bits the code of each byte has (RFC 7541, appendix B). Letters
// that headers are full of have short ones. That is all we need to know: the code is
// canonical, so codes of one length are numbers in a row, in the order of the bytes.
var codeLengths = [256]uint8{
	13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
	28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
	6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
	5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
	13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
	7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
	15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
	6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
	20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
	24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
	22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
	21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
	26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
	19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
	20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
	26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
}

// endLength is that of the end of a string, whose first bits pad the last byte.
const endLength = 30

// A code is some bits, the first one to send on the left.
type code struct {
	bits   uint32
	length uint8
}

// letters are the bytes by their code.
var letters = sync.OnceValue(func() map[code]byte {
	all := map[code]byte{}
	next := uint32(0)
	for length := uint8(1); length <= endLength; length++ {
		next <<= 1
		for letter, l := range codeLengths {
			if l == length {
				all[code{next, length}] = byte(letter)
				next++
			}
		}
	}
	return all
})

// unhuffman decodes a string (RFC 7541, section 5.2).
func unhuffman(octets []byte) (text []byte, err error) {
	var c code
	for _, octet := range octets {
		for bit := 7; bit >= 0; bit-- {
			c.bits, c.length = c.bits<<1|uint32(octet>>bit&1), c.length+1
			if letter, ok := letters()[c]; ok {
				text, c = append(text, letter), code{}
			} else if c.length >= endLength {
				return nil, errors.New("there is a code for the end of the string in it")
			}
		}
	}
	if c.length > 7 || c.bits != 1<<c.length-1 {
		return nil, errors.New("it does not end in up to seven bits of 1")
	}
	return text, nil
}
