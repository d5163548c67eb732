package server

import (
	"errors"
	"fmt"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/files/store"
	"onthewire/lessons/04-quic/files/wire"
)

// put takes what the server has not got of a file.
func (s *Server) put(stream *wire.Stream, h wire.Header) error {
	switch {
	case s.ReadOnly:
		return wire.Refuse(stream, wire.Refused, errors.New("this server takes no files"))
	case s.Folder.Limit > 0 && h.Size > s.Folder.Limit:
		return wire.Refuse(stream, wire.Refused, fmt.Errorf("%d bytes are too many, %d are allowed", h.Size, s.Folder.Limit))
	}
	part, err := s.Folder.Begin(h.Name)
	if err != nil {
		return err
	}
	if err := receive(stream, part, h); err != nil {
		return err
	}
	return stream.Send(wire.Header{Kind: wire.OK, Name: h.Name, Size: h.Size, Offset: h.Size})
}

// receive fills a part. In the end it has its name, or waits for another day, or is void.
func receive(stream *wire.Stream, part *store.Part, h wire.Header) (err error) {
	defer func() {
		reset, isReset := errors.AsType[*quic.StreamError](err)
		switch {
		case isReset && reset.ErrorCode == wire.FileChanged:
			part.Discard()
		case err != nil:
			part.Keep() // in vain after Commit
		}
	}()
	answer := wire.Header{Kind: wire.OK, Name: h.Name, Size: h.Size}
	if restarted, err := part.Expect(store.About{Size: h.Size, Time: h.Time, Mode: h.Mode}); err != nil {
		return err
	} else if restarted {
		answer.Kind = wire.Changed
	}
	answer.Offset, answer.Sum = part.Offset(), part.Sum()
	if err := stream.Send(answer); err != nil {
		return err
	}
	if err := wire.ReceiveFile(part, stream, h.Size-answer.Offset); err != nil {
		return err
	}
	sum, err := stream.Sum(answer.Offset)
	if err != nil {
		return err
	}
	return part.Commit(sum)
}
