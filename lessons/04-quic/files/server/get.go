package server

import (
	"fmt"
	"io/fs"

	"onthewire/lessons/04-quic/files/wire"
)

// list tells of each file below a folder.
func (s *Server) list(t *timed, h wire.Header) error {
	err := s.Folder.Walk(h.Name, func(name string, about fs.FileInfo) error {
		return wire.Write(t, header(wire.OK, name, about))
	})
	if err != nil {
		return refuse(t, kind(err), fmt.Errorf("list %s: %w", h.Name, err))
	}
	return nil
}

func header(kind wire.Kind, name string, about fs.FileInfo) wire.Header {
	return wire.Header{Kind: kind, Name: name, Size: about.Size(), Time: about.ModTime(), Mode: about.Mode().Perm()}
}

// get sends what its client has not got of a file, and the sum of all of it.
func (s *Server) get(t *timed, h wire.Header) error {
	file, about, err := s.Folder.File(h.Name)
	if err != nil {
		return refuse(t, kind(err), err)
	}
	defer file.Close()
	answer := header(wire.OK, h.Name, about)
	answer.Offset = h.Offset
	if h.Offset > 0 && (h.Size != answer.Size || !h.Time.Equal(answer.Time)) {
		answer.Kind, answer.Offset = wire.Changed, 0
	}
	if err := wire.Write(t, answer); err != nil {
		return err
	}
	return wire.Send(t, file, answer.Offset, answer.Size, h.Sum)
}
