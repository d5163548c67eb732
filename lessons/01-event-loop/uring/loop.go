//go:build linux

package uring

import (
	"context"
	"encoding/binary"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

const restTime = 100 * time.Millisecond // how long not to accept when accepting fails

// What an operation is for. Its user data is this and a descriptor, and comes back with
// each completion. Nobody else can be meant: no descriptor is closed under an operation.
const (
	toAccept = iota
	toStopAccepting
	toWake
	toReceive
	toStopReceiving
	toSend
)

func userData(purpose, fd int) uint64 { return uint64(purpose)<<32 | uint64(fd) }

// A loop is all that one thread needs to serve its clients. Nobody else touches it.
type loop struct {
	*Server
	now       time.Time // of this turn
	conns     []*conn   // by descriptor
	open      int       // how many there are
	accepting bool      // the operation is under way
	restUntil time.Time // not accepting until then
	stopBy    time.Time // the end; zero unless we are stopping
	lookAt    time.Time // and when to see who is done
}

// run serves the clients, and closes everything.
func run(ctx context.Context, s *Server) error {
	runtime.LockOSThread() // the ring will know this thread
	defer runtime.UnlockOSThread()
	defer s.close()
	if err := s.ring.enable(); err != nil {
		return err
	}
	// A wake that is under way must end before its descriptor is closed, because the
	// number may be somebody else's right after.
	woken := make(chan struct{})
	forget := context.AfterFunc(ctx, func() {
		unix.Write(s.waker, binary.NativeEndian.AppendUint64(nil, 1))
		close(woken)
	})
	defer func() {
		if !forget() {
			<-woken
		}
	}()
	l := &loop{Server: s}
	defer l.closeAll()
	l.listen()
	return l.serve()
}

// listen asks to be told of the waker.
func (l *loop) listen() {
	counter := l.ring.counter[:]
	l.ring.add(sqe{
		opcode: opRead, fd: int32(l.waker), addr: address(counter), len: 8, userData: userData(toWake, l.waker),
	})
}

// serve submits what there is to submit, waits, handles what has completed, and again.
func (l *loop) serve() error {
	for {
		if !l.accepting && l.stopBy.IsZero() && !l.now.Before(l.restUntil) {
			l.accepting = true
			l.ring.add(sqe{
				opcode: opAccept, ioprio: acceptMultishot, fd: int32(l.listener), opFlags: unix.SOCK_CLOEXEC,
				userData: userData(toAccept, l.listener),
			})
		}
		if err := l.ring.wait(l.timeout()); err != nil {
			return err
		}
		l.now = time.Now()
		if err := l.ring.completions(l.handle); err != nil {
			return err
		}
		if !l.stopBy.IsZero() && l.drained() {
			return nil
		}
	}
}

// timeout is how long the loop may sleep; negative means until something completes.
func (l *loop) timeout() time.Duration {
	switch {
	case !l.stopBy.IsZero():
		return tick
	case !l.accepting:
		return max(0, time.Until(l.restUntil))
	}
	return -1
}

func (l *loop) handle(done cqe) error {
	purpose, fd := int(done.userData>>32), int(uint32(done.userData))
	switch purpose {
	case toAccept:
		return l.accepted(done)
	case toWake:
		l.stop()
	case toReceive:
		l.received(l.conns[fd], done)
	case toSend:
		l.sent(l.conns[fd], done)
	case toStopReceiving:
		l.stopped(l.conns[fd])
	}
	return nil
}

// accepted lets a client in. The one operation goes on until it fails. EMFILE and ENFILE,
// no descriptor free, pass, but come back at once, even when no client waits.
func (l *loop) accepted(done cqe) error {
	l.accepting = done.flags&cqeMore != 0
	if done.res >= 0 {
		l.admit(int(done.res))
		return nil
	}
	switch errno := unix.Errno(-done.res); errno {
	case unix.EINTR, unix.ECONNABORTED, unix.ECANCELED:
		// That client has gone while it waited, or we are stopping.
	case unix.EBADF, unix.EINVAL, unix.ENOTSOCK:
		return os.NewSyscallError("accept", errno)
	default:
		l.restUntil = l.now.Add(restTime) // or until a connection of ours has closed
	}
	return nil
}
