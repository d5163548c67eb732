//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package shortwrite

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/exercise"
)

func TestWhatTheKernelDidNotTakeIsKept(t *testing.T) {
	exercise.Check(t, func() error {
		w, err := open()
		if err != nil {
			return err
		}
		defer w.close()
		if err := everyByteArrivesOnce(w); err != nil {
			return err
		}
		return aBrokenConnectionIsReported(w)
	})
}

// The peer reads only after each flush, so the buffer between the two fills up: every
// flush meets a short write, then EAGAIN.
func everyByteArrivesOnce(w *wire) error {
	sent := make([]byte, 1<<20)
	rand.NewChaCha8([32]byte{1}).Read(sent)
	rest := bytes.Clone(sent)
	w.interrupted = true
	for idle := 0; len(rest) > 0; {
		before := len(w.got)
		w.failed = nil
		var err error
		rest, err = flush(w.write, rest)
		switch {
		case errors.Is(err, unix.EAGAIN):
			return errors.New("EAGAIN is returned as an error: a healthy client loses its connection")
		case errors.Is(err, unix.EINTR):
			return errors.New("EINTR is returned as an error: a signal costs a healthy client its connection")
		case err != nil:
			return fmt.Errorf("flush fails on a healthy connection: %w", err)
		}
		if err := w.read(); err != nil {
			return err
		}
		if err := compare(w.got, sent); err != nil {
			return err
		}
		if idle++; len(w.got) > before {
			idle = 0
		}
		if idle == 3 {
			return fmt.Errorf("the rest is never written: the socket is writable, and flush sends none of %d bytes", len(rest))
		}
	}
	if len(w.got) < len(sent) {
		return fmt.Errorf("what the kernel did not take is lost: the peer got %d of %d bytes", len(w.got), len(sent))
	}
	return nil
}

// compare finds the first byte that is not the next one of sent, and says which it is.
func compare(got, sent []byte) error {
	if bytes.HasPrefix(sent, got) {
		return nil
	}
	n := 0
	for n < len(sent) && got[n] == sent[n] {
		n++
	}
	if from := bytes.Index(sent, got[n:min(n+16, len(got))]); from > n {
		return fmt.Errorf("what the kernel did not take is lost: after %d bytes comes byte %d", n, from)
	}
	return fmt.Errorf("the peer gets bytes twice: after %d bytes come some that it has already", n)
}

func aBrokenConnectionIsReported(w *wire) error {
	w.hangUp()
	w.failed = nil
	_, err := flush(w.write, []byte("hello, wire\n"))
	if err == nil {
		return errors.New("the peer has hung up, and flush returns no error")
	}
	return nil
}

// A wire is two connected sockets: flush writes to one, the peer reads from the other.
type wire struct {
	server, peer int
	got          []byte // by the peer

	interrupted bool  // a signal comes during the next write
	empty       bool  // there was a write of nothing
	failed      error // of the last write
}

func open() (*wire, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return nil, err
	}
	w := &wire{server: fds[0], peer: fds[1]}
	return w, errors.Join(unix.SetNonblock(w.server, true), unix.SetNonblock(w.peer, true))
}

// write is write(2), and does not let itself be called for ever.
func (w *wire) write(from []byte) (n int, err error) {
	if w.failed == unix.EAGAIN {
		exercise.Fail("flush calls write again after EAGAIN: it spins until the peer reads")
	}
	if w.failed != nil && w.failed != unix.EINTR {
		exercise.Fail("flush calls write again on a broken connection")
	}
	if len(from) == 0 && w.empty {
		exercise.Fail("flush does not see that it is done: it writes nothing, again and again")
	}
	w.empty = len(from) == 0
	defer func() { w.failed = err }()
	if w.interrupted {
		w.interrupted = false
		return -1, unix.EINTR
	}
	return unix.Write(w.server, from)
}

// read takes all that has arrived.
func (w *wire) read() error {
	buf := make([]byte, 64<<10)
	for {
		n, err := unix.Read(w.peer, buf)
		switch err {
		case nil:
			w.got = append(w.got, buf[:n]...)
		case unix.EINTR:
		case unix.EAGAIN:
			return nil
		default:
			return fmt.Errorf("the peer reads: %w", err)
		}
	}
}

func (w *wire) hangUp() {
	unix.Close(w.peer)
	w.peer = -1
}

func (w *wire) close() {
	unix.Close(w.server)
	if w.peer >= 0 {
		unix.Close(w.peer)
	}
}
