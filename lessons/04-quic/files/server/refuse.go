package server

import (
	"errors"
	"io/fs"
	"syscall"

	"onthewire/lessons/04-quic/files/store"
	"onthewire/lessons/04-quic/files/wire"
)

// tell tells a client what went wrong, if anything did. It may be that nobody hears it.
func tell(stream *wire.Stream, err error) error {
	if err == nil {
		return nil
	}
	return wire.Refuse(stream, kind(err), err)
}

// kind is how an error of the folder is told.
func kind(err error) wire.Kind {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return wire.NotFound
	case errors.Is(err, store.ErrBusy), errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return wire.Busy
	case errors.Is(err, store.ErrDamaged):
		return wire.Damaged
	case store.IsFull(err):
		return wire.Full
	case errors.Is(err, store.ErrName), errors.Is(err, fs.ErrPermission):
		return wire.Refused
	}
	return wire.Failed
}
