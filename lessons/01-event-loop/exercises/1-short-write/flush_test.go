//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package shortwrite

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"onthewire/lessons/01-event-loop/sock"
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
		case errors.Is(err, syscall.EAGAIN):
			return errors.New("EAGAIN is returned as an error: a healthy client loses its connection")
		case errors.Is(err, syscall.EINTR):
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
	for end := time.Now().Add(time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) { // the RST is on its way
		w.failed = nil
		if _, err := flush(w.write, []byte("hello, wire\n")); err != nil {
			return nil
		}
	}
	return errors.New("the peer has hung up, and flush returns no error")
}

// A wire is two connected sockets: flush writes to one, the peer reads from the other.
type wire struct {
	server, peer int
	taken        int    // by the kernel
	got          []byte // by the peer

	interrupted bool  // a signal comes during the next write
	empty       bool  // there was a write of nothing
	failed      error // of the last write
}

func open() (*wire, error) {
	server, peer, err := pair()
	return &wire{server: server, peer: peer}, err
}

// write is write(2), and does not let itself be called for ever.
func (w *wire) write(from []byte) (n int, err error) {
	if w.failed == syscall.EAGAIN {
		exercise.Fail("flush calls write again after EAGAIN: it spins until the peer reads")
	}
	if w.failed != nil && w.failed != syscall.EINTR {
		exercise.Fail("flush calls write again on a broken connection")
	}
	if len(from) == 0 && w.empty {
		exercise.Fail("flush does not see that it is done: it writes nothing, again and again")
	}
	w.empty = len(from) == 0
	defer func() { w.failed = err }()
	if w.interrupted {
		w.interrupted = false
		return -1, syscall.EINTR
	}
	n, err = sock.Write(w.server, from[:min(len(from), most)])
	w.taken += n
	if err != nil {
		n = -1
	}
	return n, err
}

// read takes all that has been written.
func (w *wire) read() error {
	buf := make([]byte, 64<<10)
	for end := time.Now().Add(exercise.Timeout()); len(w.got) < w.taken; {
		n, err := sock.Read(w.peer, buf)
		switch {
		case err == nil:
			w.got = append(w.got, buf[:n]...)
		case err == syscall.EINTR:
		case err == syscall.EAGAIN && time.Now().Before(end):
			time.Sleep(time.Millisecond) // it is on its way
		default:
			return fmt.Errorf("the peer reads: %w", err)
		}
	}
	return nil
}

func (w *wire) hangUp() {
	sock.ResetOnClose(w.peer)
	sock.Close(w.peer)
	w.peer = -1
}

func (w *wire) close() {
	sock.Close(w.server)
	if w.peer >= 0 {
		sock.Close(w.peer)
	}
}
