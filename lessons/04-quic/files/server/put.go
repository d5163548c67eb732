package server

import (
	"crypto/sha256"
	"fmt"
	"io"

	"onthewire/lessons/04-quic/files/store"
	"onthewire/lessons/04-quic/files/wire"
)

// put takes what the server has not got of a file.
func (s *Server) put(t *timed, h wire.Header) error {
	switch {
	case s.ReadOnly:
		return refuse(t, wire.Refused, fmt.Errorf("put %s: this server takes no files", h.Name))
	case s.Folder.Limit > 0 && h.Size > s.Folder.Limit:
		return refuse(t, wire.TooLarge, fmt.Errorf("put %s: %d bytes, and %d are allowed", h.Name, h.Size, s.Folder.Limit))
	}
	part, err := s.Folder.Begin(h.Name)
	if err != nil {
		return refuse(t, kind(err), fmt.Errorf("put %s: %w", h.Name, err))
	}
	about := store.About{Size: h.Size, Time: h.Time, Mode: h.Mode}
	answer := wire.Header{Kind: wire.OK, Name: h.Name, Size: h.Size}
	if !part.Continues(about) {
		if part.Offset() > 0 {
			answer.Kind = wire.Changed
		}
		if err := part.Restart(about); err != nil {
			part.Keep()
			return refuse(t, kind(err), fmt.Errorf("put %s: %w", h.Name, err))
		}
	}
	answer.Offset, answer.Sum = part.Offset(), part.Sum()
	err = wire.Write(t, answer)
	if err == nil {
		_, err = io.CopyN(part, t, h.Size-part.Offset())
	}
	var sum [sha256.Size]byte
	if err == nil {
		_, err = io.ReadFull(t, sum[:])
	}
	if err != nil {
		full := store.IsFull(err)
		part.Keep()
		if full {
			return refuse(t, wire.Full, fmt.Errorf("put %s: %w", h.Name, err))
		}
		return err
	}
	if err := part.Commit(sum); err != nil {
		return refuse(t, kind(err), fmt.Errorf("put %s: %w", h.Name, err))
	}
	return wire.Write(t, wire.Header{Kind: wire.OK, Name: h.Name, Size: h.Size, Offset: h.Size})
}
