package experiments

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"onthewire/lessons/01-event-loop/poller"
	"onthewire/lessons/01-event-loop/uring"
	"onthewire/lessons/internal/experiment"
)

// A reading is one of the ways.
type reading struct {
	begin func() error
	ended func() (bool, error)
	fd    int // becomes readable when a read has ended, or -1
	close func()
}

func inTheLoop(fd int, _ *poller.Poller) (*reading, error) {
	buf, err := aligned()
	if err != nil {
		return nil, err
	}
	return &reading{
		begin: func() error { return whole(unix.Pread(fd, buf, 0)) },
		ended: func() (bool, error) { return true, nil },
		fd:    -1, close: func() { unix.Munmap(buf) },
	}, nil
}

// inAGoroutine leaves the read to a goroutine, whose thread sleeps, and who wakes the loop.
func inAGoroutine(fd int, p *poller.Poller) (*reading, error) {
	buf, err := aligned()
	if err != nil {
		return nil, err
	}
	result, under := make(chan error, 1), false
	return &reading{
		begin: func() error {
			under = true
			go func() {
				result <- whole(unix.Pread(fd, buf, 0))
				p.Wake()
			}()
			return nil
		},
		ended: func() (bool, error) {
			select {
			case err := <-result:
				under = false
				return true, err
			default:
				return false, nil
			}
		},
		fd: -1,
		close: func() {
			if under {
				<-result
			}
			unix.Munmap(buf)
		},
	}, nil
}

func inTheRing(fd int, _ *poller.Poller) (*reading, error) {
	ring, err := uring.NewReader(fileSize)
	if errors.Is(err, errors.ErrUnsupported) {
		return nil, &experiment.Unavailable{Why: err.Error(), Remedy: "try a system that allows io_uring"}
	}
	if err != nil {
		return nil, err
	}
	return &reading{
		begin: func() error { return ring.Read(fd) },
		ended: func() (bool, error) {
			b, err := ring.Done()
			if b == nil || err != nil {
				return false, err
			}
			return true, whole(len(b), nil)
		},
		fd: ring.FD(), close: ring.Close,
	}, nil
}

func aligned() ([]byte, error) { // for O_DIRECT
	b, err := unix.Mmap(-1, 0, fileSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	return b, os.NewSyscallError("mmap", err)
}

func whole(n int, err error) error {
	if err == nil && n != fileSize {
		err = fmt.Errorf("%d of %d bytes", n, fileSize)
	}
	return os.NewSyscallError("read", err)
}
