package blocking

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// Piece is how many bytes of a download a frame brings at most. With TLS around it, a frame
// fits into a packet.
const Piece = 1200

// Send sends downloads over one connection, a piece of each in turn. A piece travels in a
// frame: its download's number, its length, and so many bytes.
func Send(conn io.Writer, downloads [][]byte) error {
	for at, more := 0, true; more; at += Piece {
		more = false
		for number, data := range downloads {
			if at >= len(data) {
				continue
			}
			piece := data[at:min(at+Piece, len(data))]
			frame := binary.BigEndian.AppendUint16(nil, uint16(number))
			frame = binary.BigEndian.AppendUint16(frame, uint16(len(piece)))
			if _, err := conn.Write(append(frame, piece...)); err != nil {
				return fmt.Errorf("send a frame: %w", err)
			}
			more = true
		}
	}
	return nil
}

// Receive reads the frames as they come, and gives each piece to its download, until each has
// so many bytes.
func Receive(conn io.Reader, downloads []io.WriteCloser, size int) error {
	var head [4]byte
	left := slices.Repeat([]int{size}, len(downloads))
	for pending := len(downloads); pending > 0; {
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			return fmt.Errorf("receive a frame: %w", err)
		}
		number, length := int(binary.BigEndian.Uint16(head[:2])), int(binary.BigEndian.Uint16(head[2:]))
		if number >= len(left) || length == 0 || length > left[number] {
			return fmt.Errorf("receive a frame: nobody waits for %d bytes of download %d", length, number)
		}
		if _, err := io.CopyN(downloads[number], conn, int64(length)); err != nil {
			return fmt.Errorf("receive a piece of %d bytes: %w", length, err)
		}
		if left[number] -= length; left[number] == 0 {
			downloads[number].Close()
			pending--
		}
	}
	return nil
}
