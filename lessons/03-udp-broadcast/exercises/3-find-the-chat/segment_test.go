package findthechat

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"onthewire/lessons/internal/exercise"
)

// A segment is a network in memory, in virtual time. What is said to everybody is heard by
// all who are not cut off.
type segment struct {
	mu    sync.Mutex
	on    map[netip.AddrPort]*member
	names map[string]*member
	all   []*member
	last  map[netip.AddrPort]message // what each has announced last
}

// A member is a guest on the segment.
type member struct {
	*guest
	name  string
	stop  context.CancelFunc
	ended chan struct{}
	err   error // valid when ended is closed
}

// inABubble gives a scene a segment of its own. Its minutes take no time.
func inABubble(t *testing.T, scene func(*segment) error) (err error) {
	synctest.Test(t, func(*testing.T) {
		s := &segment{on: map[netip.AddrPort]*member{}, names: map[string]*member{}, last: map[netip.AddrPort]message{}}
		err = exercise.Catch(func() error { return scene(s) })
		for _, m := range s.all {
			m.stop()
			<-m.ended
			if m.err != nil {
				err = m.err // which is why it lists nobody
			}
		}
	})
	return err
}

// enter brings in a guest.
func (s *segment) enter(name string) *member {
	ctx, stop := context.WithCancel(context.Background())
	addr := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 1, byte(len(s.all) + 1)}), 9000)
	m := &member{name: name, stop: stop, ended: make(chan struct{}), guest: &guest{
		addr: addr, heard: make(chan packet, 1024), tasks: make(chan func()), peers: map[netip.AddrPort]*peer{},
	}}
	m.send = func(to netip.AddrPort, said message) { s.carry(addr, to, said) }
	s.all = append(s.all, m)
	s.names[name] = m
	s.plug(m, true)
	go func() {
		defer close(m.ended)
		m.err = exercise.Catch(func() error { m.run(ctx); return nil })
	}()
	return m
}

// plug puts a guest on the segment, or cuts it off.
func (s *segment) plug(m *member, in bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if in {
		s.on[m.addr] = m
	} else {
		delete(s.on, m.addr)
	}
}

func (s *segment) carry(from, to netip.AddrPort, m message) {
	s.mu.Lock()
	_, there := s.on[from]
	if there && m.Kind == announce {
		s.last[from] = m
	}
	s.mu.Unlock()
	if there {
		s.forge(from, to, m)
	}
}

// forge sends in the name of any address.
func (s *segment) forge(from, to netip.AddrPort, m message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for addr, on := range s.on {
		if to != addr && to.IsValid() {
			continue
		}
		select {
		case on.heard <- packet{from, m}:
		default: // its receive buffer is full
		}
	}
}

// lastOf is what a guest has announced last.
func (s *segment) lastOf(m *member) message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last[m.addr]
}

// do runs something in the guest's goroutine, once all is heard that has been said.
func (m *member) do(f func()) error {
	synctest.Wait()
	done := make(chan struct{})
	select {
	case m.tasks <- func() { defer close(done); f() }:
		<-done
		return nil
	case <-m.ended:
		return errors.Join(m.err, fmt.Errorf("%s has left", m.name))
	}
}

// lists tells whether a guest lists another.
func (m *member) lists(who netip.AddrPort) (is bool, err error) {
	err = m.do(func() { _, is = m.peers[who] })
	return is, err
}

// until waits until a guest lists another one, or does not, and tells how long that took.
func (m *member) until(who netip.AddrPort, listed bool, limit time.Duration) (time.Duration, bool, error) {
	for begun := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		is, err := m.lists(who)
		if took := time.Since(begun); err != nil || is == listed || took > limit {
			return took, is == listed, err
		}
	}
}

// takeLines takes the lines that a guest has heard.
func (m *member) takeLines() (lines []string, err error) {
	err = m.do(func() { lines, m.lines = slices.Clone(m.lines), nil })
	return lines, err
}
