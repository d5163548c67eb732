//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package poller_test

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"onthewire/lessons/01-event-loop/poller"
	"onthewire/lessons/01-event-loop/sock"
	"onthewire/lessons/internal/leak"
)

// The contract asks for Remove first. These two systems are easier to please.
func TestAClosedDescriptorIsForgotten(t *testing.T) {
	each(t, func(t *testing.T, p *poller.Poller, reader, writer int) {
		must(t, p.Add(reader, poller.Readable))
		send(t, writer)
		hangUp(t, reader)
		expect(t, p, reader, poller.Event{})
	})
}

// epoll watches the open file, and kqueue the descriptor.
func TestAClosedDescriptorWithADuplicateGoesOnBeingToldByEpoll(t *testing.T) {
	each(t, func(t *testing.T, p *poller.Poller, reader, writer int) {
		must(t, p.Add(reader, poller.Readable))
		duplicate, err := unix.Dup(reader)
		must(t, err)
		defer unix.Close(duplicate)
		send(t, writer)
		hangUp(t, reader)
		expect(t, p, reader, poller.Event{Readable: poller.Mechanism == "epoll"})
	})
}

func TestAPipeWithoutWritersHasEndedAndItsReadDoesNotWait(t *testing.T) {
	leak.Check(t)
	p := open(t)
	reader, writer := pipePair(t)
	must(t, p.Add(reader, poller.Readable))
	hangUp(t, writer)
	await(t, p, reader, func(ev poller.Event) bool { return ev.ReadClosed && !ev.Error })
	if n, err := sock.Read(reader, make([]byte, 1)); n != 0 || err != nil {
		t.Errorf("read %d, %v, want the end", n, err)
	}
}

func TestARegularFileCannotWait(t *testing.T) {
	if poller.Mechanism != "epoll" {
		t.Skip("kqueue takes regular files, and calls them ready")
	}
	leak.Check(t)
	p := open(t)
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	must(t, err)
	defer file.Close()
	refused(t, p.Add(int(file.Fd()), poller.Readable), unix.EPERM)
}
