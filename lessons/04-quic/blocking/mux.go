package blocking

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Piece is how many bytes of a download a frame brings at most. With TLS around it, a frame
// fits into a packet.
const Piece = 1200

// Send sends downloads over one connection, a piece of each in turn. A piece travels in a
// frame: its download's number, its length, and so many bytes. Length 0 ends a download.
func Send(conn io.Writer, downloads [][]byte) error {
	for at, pending := 0, len(downloads); pending > 0; at += Piece {
		for number, data := range downloads {
			if at >= len(data)+Piece {
				continue // it has ended
			}
			piece := data[min(at, len(data)):min(at+Piece, len(data))]
			frame := binary.BigEndian.AppendUint16(nil, uint16(number))
			frame = binary.BigEndian.AppendUint16(frame, uint16(len(piece)))
			if _, err := conn.Write(append(frame, piece...)); err != nil {
				return fmt.Errorf("send a frame: %w", err)
			}
			if len(piece) == 0 {
				pending--
			}
		}
	}
	return nil
}

// Receive reads the frames as they come, and gives each piece to its download.
func Receive(conn io.Reader, downloads []io.WriteCloser) error {
	var head [4]byte
	for pending := len(downloads); pending > 0; {
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			return fmt.Errorf("receive a frame: %w", err)
		}
		number, length := binary.BigEndian.Uint16(head[:2]), binary.BigEndian.Uint16(head[2:])
		if int(number) >= len(downloads) {
			return fmt.Errorf("receive a frame: download %d is none of %d", number, len(downloads))
		}
		if length == 0 {
			downloads[number].Close()
			pending--
		} else if _, err := io.CopyN(downloads[number], conn, int64(length)); err != nil {
			return fmt.Errorf("receive a piece of %d bytes: %w", length, err)
		}
	}
	return nil
}
