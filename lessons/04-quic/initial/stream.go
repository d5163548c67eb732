package initial

import "fmt"

// mostCrypto is how many bytes of a handshake we keep. RFC 9000, section 7.5, wants at least
// 4,096 of everybody.
const mostCrypto = 1 << 16

// A Stream puts together what CRYPTO frames bring in any order (RFC 9000, section 19.6).
type Stream struct {
	Pieces []Piece // in the order in which they came
	data   []byte
	have   []bool
}

// A Piece is the data of one CRYPTO frame.
type Piece struct {
	Datagram int `json:"datagram"` // which one, counted from 0
	At       int `json:"at"`       // where in there
	Offset   int `json:"offset"`   // where in the stream
	Size     int `json:"size"`
}

func (s *Stream) add(datagram, at int, offset uint64, data []byte) error {
	if offset+uint64(len(data)) > mostCrypto { // both are below 1<<62: the sum cannot wrap
		return fmt.Errorf("a handshake of more than %d bytes is nothing that we keep", mostCrypto)
	}
	from, end := int(offset), int(offset)+len(data)
	if more := end - len(s.data); more > 0 {
		s.data = append(s.data, make([]byte, more)...)
		s.have = append(s.have, make([]bool, more)...)
	}
	for i, b := range data {
		if s.have[from+i] && s.data[from+i] != b {
			return fmt.Errorf("it repeats byte %d of the handshake, and differs", from+i)
		}
	}
	copy(s.data[from:], data)
	for i := from; i < end; i++ {
		s.have[i] = true
	}
	s.Pieces = append(s.Pieces, Piece{datagram, at, from, len(data)})
	return nil
}

// Bytes are those without a gap before them.
func (s *Stream) Bytes() []byte {
	for i, have := range s.have {
		if !have {
			return s.data[:i]
		}
	}
	return s.data
}
