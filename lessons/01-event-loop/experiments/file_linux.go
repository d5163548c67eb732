package experiments

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/01-event-loop/poller"
	"onthewire/lessons/internal/experiment"
)

// File has a loop read a file in three ways, and asks how long its other client waits.
var File = experiment.Experiment{
	Name:     "file",
	Subjects: []string{"O_DIRECT", "epoll_ctl", "io_uring"},
	About:    "A loop reads a file in three ways, while another client waits for its echo",
	Do:       file,
}

const (
	fileSize = 16 << 20 // bytes, read as a whole
	reads    = 8        // of each way
)

func file(ctx context.Context, r *experiment.Report) error {
	fd, err := onDisk()
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	p, err := poller.New()
	if err != nil {
		return err
	}
	refused := p.Add(fd, poller.Readable)
	p.Close()
	r.Add("epoll_ctl of the file", experiment.ErrnoName(refused))

	var echoes [3]int
	for i, way := range []struct {
		name string
		open func(fd int, p *poller.Poller) (*reading, error)
	}{{"the loop reads", inTheLoop}, {"a goroutine reads", inAGoroutine}, {"the ring reads", inTheRing}} {
		r.Progress("%s", way.name)
		waits, err := play(ctx, fd, way.open)
		if err != nil {
			return err
		}
		// The middle one of the longest waits, as many as there were reads.
		r.Add(way.name+": the client waits", waits[max(0, len(waits)-(reads+1)/2)])
		r.Add(way.name+": echoes meanwhile", len(waits))
		echoes[i] = len(waits)
	}
	// How long a wait is depends on the disk, and on who else uses the machine. One echo for
	// each read does not.
	r.Shown = errors.Is(refused, unix.EPERM) && echoes[0] <= reads+1 && min(echoes[1], echoes[2]) > 2*echoes[0]
	r.Says = "A file is never \"not ready\", so epoll has nothing to say of it. Read in the loop, it makes everybody wait for the disk. A thread of its own or a ring waits for it instead."
	return nil
}

// onDisk makes a file whose reads go to the device each time, past the page cache (O_DIRECT).
// It has no name any more.
func onDisk() (int, error) {
	dir, err := os.MkdirTemp("", "onthewire")
	if err != nil {
		return -1, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, make([]byte, fileSize), 0o600); err != nil {
		return -1, err
	}
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_DIRECT|unix.O_CLOEXEC, 0)
	if err == unix.EINVAL {
		return -1, &experiment.Unavailable{
			Why: "open with O_DIRECT: " + dir + " is on a file system without a disk", Remedy: "set TMPDIR to a folder on one",
		}
	}
	return fd, os.NewSyscallError("open", err)
}

// play serves a client that speaks all the time, from a loop that reads the file meanwhile.
// It returns how long each of its echoes took, the longest last.
func play(ctx context.Context, fd int, open func(int, *poller.Poller) (*reading, error)) ([]time.Duration, error) {
	runtime.LockOSThread() // a ring knows its thread
	defer runtime.UnlockOSThread()
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socketpair", err)
	}
	waits := make(chan []time.Duration)
	go func() { waits <- speak(os.NewFile(uintptr(ends[1]), "client")) }()
	err = serve(ctx, ends[0], fd, open)
	unix.Close(ends[0])
	all := <-waits
	slices.Sort(all)
	if err == nil && len(all) == 0 {
		err = errors.New("the client never had an answer")
	}
	return all, err
}

// serve echoes, and has the file read again and again.
func serve(ctx context.Context, client, fd int, open func(int, *poller.Poller) (*reading, error)) error {
	p, err := poller.New()
	if err != nil {
		return err
	}
	defer p.Close()
	way, err := open(fd, p)
	if err != nil {
		return err
	}
	defer way.close()
	for _, fd := range []int{client, way.fd} {
		if fd >= 0 {
			if err := p.Add(fd, poller.Readable); err != nil {
				return err
			}
		}
	}
	events, said := make([]poller.Event, 2), make([]byte, 1)
	for range reads {
		if err := way.begin(); err != nil {
			return err
		}
		for ended := false; !ended; {
			n, err := p.Wait(events, -1)
			if err != nil {
				return err
			}
			for _, ev := range events[:n] {
				if ev.FD != client {
					continue
				}
				if n, _ := unix.Read(client, said); n == 1 {
					unix.Write(client, said)
				}
			}
			if ended, err = way.ended(); err != nil {
				return err
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	return nil
}

// speak says a byte, waits for its echo, and again, until the other end closes.
func speak(client *os.File) (waits []time.Duration) {
	defer client.Close()
	for b := make([]byte, 1); ; {
		begun := time.Now()
		if _, err := client.Write(b); err != nil {
			return waits
		}
		if _, err := client.Read(b); err != nil {
			return waits
		}
		waits = append(waits, time.Since(begun))
	}
}
