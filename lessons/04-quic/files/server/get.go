package server

import (
	"io/fs"

	"onthewire/lessons/04-quic/files/wire"
)

// list tells of each file below a folder, also of those that it cannot give.
func (s *Server) list(stream *wire.Stream, h wire.Header) error {
	return s.Folder.Walk(h.Name, func(name string, about fs.FileInfo, err error) error {
		if err != nil {
			return tell(stream, err)
		}
		return stream.Send(header(wire.OK, name, about))
	})
}

func header(kind wire.Kind, name string, about fs.FileInfo) wire.Header {
	return wire.Header{Kind: kind, Name: name, Size: about.Size(), Time: about.ModTime(), Mode: about.Mode().Perm()}
}

// get sends what its client has not got of a file, and the sum of all of it.
func (s *Server) get(stream *wire.Stream, h wire.Header) error {
	file, about, err := s.Folder.File(h.Name)
	if err != nil {
		return tell(stream, err)
	}
	defer file.Close()
	answer := header(wire.OK, h.Name, about)
	answer.Offset = h.Offset
	if h.Offset > 0 && (h.Size != answer.Size || h.Time.UnixNano() != answer.Time.UnixNano()) {
		answer.Kind, answer.Offset = wire.Changed, 0
	}
	if err := stream.Send(answer); err != nil {
		return err
	}
	return wire.SendFile(stream, file, about, answer.Offset, h.Sum)
}
