package many

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/quic-go/quic-go"
)

// ask says how many bytes it wants, and reads them.
func ask(s *quic.Stream, bytes int) error {
	if _, err := s.Write(binary.BigEndian.AppendUint32(nil, uint32(bytes))); err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, s)
	if err == nil && n != int64(bytes) {
		err = fmt.Errorf("%d of %d bytes have come", n, bytes)
	}
	return err
}

func answer(s *quic.Stream) {
	defer s.Close()
	defer s.CancelRead(0)
	var wanted [4]byte
	if _, err := io.ReadFull(s, wanted[:]); err == nil {
		s.Write(make([]byte, binary.BigEndian.Uint32(wanted[:])))
	}
}
