package findthechat

import (
	"fmt"
	"math"
	"net/netip"
	"runtime"
	"slices"
	"testing"
	"time"

	"onthewire/lessons/internal/exercise"
)

const slack = 150 * time.Millisecond // a tick, and some

var everybody netip.AddrPort

func TestGuestsFindEachOtherAndInventedOnesPushNobodyOut(t *testing.T) {
	exercise.Check(t, func() error {
		for _, scene := range []func(*segment) error{
			theyFindEachOtherAndTalk,
			aGoodbyeLeavesASecond,
			whoIsSilentExpires,
			aGoodbyeMakesNobodyLive,
			aReplayCountsForNothing,
			numbersBeginAgain,
			inventedNamesPushNobodyOut,
		} {
			if err := inABubble(t, scene); err != nil {
				return err
			}
		}
		return nil
	})
}

// three guests come in, and a fourth of a minute later know each other.
func three(s *segment) (anna, bob, cleo *member, err error) {
	anna, bob, cleo = s.enter("anna"), s.enter("bob"), s.enter("cleo")
	for _, m := range s.all {
		for _, other := range s.all {
			if m == other {
				continue
			}
			if _, found, err := m.until(other.addr, true, 2*time.Second); err != nil || !found {
				return nil, nil, nil, orElse(err, "%s announces itself, and %s does not list it", other.name, m.name)
			}
		}
	}
	time.Sleep(interval + interval/2) // each has announced itself again
	return anna, bob, cleo, nil
}

func orElse(err error, format string, args ...any) error {
	if err != nil {
		return err
	}
	return fmt.Errorf(format, args...)
}

func theyFindEachOtherAndTalk(s *segment) error {
	anna, bob, cleo, err := three(s)
	if err != nil {
		return err
	}
	for begun := time.Now(); time.Since(begun) < 3*lifetime; time.Sleep(time.Second) {
		if is, err := anna.lists(bob.addr); err != nil || !is {
			return orElse(err, "bob announces himself every %v, and anna takes him for gone: after %v", interval, time.Since(begun)+interval+interval/2)
		}
	}
	if err := anna.do(func() { anna.tell("hello, wire") }); err != nil {
		return err
	}
	for _, m := range []*member{bob, cleo} {
		heard, err := m.takeLines()
		if err != nil || !slices.Equal(heard, []string{"hello, wire"}) {
			return orElse(err, "anna says one line, and %s hears %q", m.name, heard)
		}
	}
	return nil
}

func aGoodbyeLeavesASecond(s *segment) error {
	anna, bob, cleo, err := three(s)
	if err != nil {
		return err
	}
	cleo.stop()
	took, gone, err := anna.until(cleo.addr, false, 2*lifetime)
	switch {
	case err != nil:
		return err
	case !gone || took > farewell+slack:
		return fmt.Errorf("cleo says goodbye, and anna goes on talking to her: for %v, where a second is left to her", took.Round(time.Second))
	case took < farewell-slack:
		return fmt.Errorf("a goodbye is believed at once: anybody can forge one, and whoever is still there has no second in which to say so")
	}
	// This one is forged. Bob hears it, and says that he is there.
	forged := s.lastOf(bob)
	forged.Kind, forged.Number = goodbye, forged.Number+1
	s.forge(bob.addr, everybody, forged)
	for range 300 {
		if is, err := anna.lists(bob.addr); err != nil || !is {
			return orElse(err, "somebody forges a goodbye of bob, who announces himself within a second, and is gone for anna")
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil
}

func aGoodbyeMakesNobodyLive(s *segment) error {
	anna := s.enter("anna")
	stranger := netip.MustParseAddrPort("10.0.1.99:9000")
	s.forge(stranger, everybody, message{Kind: goodbye, Number: 1})
	if is, err := anna.lists(stranger); err != nil || is {
		return orElse(err, "somebody of whom anna has never heard says goodbye, and is listed from then on")
	}
	s.forge(stranger, everybody, message{Kind: announce, Number: 2, Lifetime: 2 * time.Second})
	time.Sleep(2*time.Second - 200*time.Millisecond)
	s.forge(stranger, everybody, message{Kind: goodbye, Number: 3})
	took, gone, err := anna.until(stranger, false, lifetime)
	if err != nil || !gone || took > 200*time.Millisecond+slack {
		return orElse(err, "a goodbye makes somebody live longer: 200ms were left, and that one is gone after %v", took.Round(slack))
	}
	return nil
}

func whoIsSilentExpires(s *segment) error {
	anna, bob, _, err := three(s)
	if err != nil {
		return err
	}
	s.plug(bob, false)
	took, gone, err := anna.until(bob.addr, false, lifetime+slack)
	switch {
	case err != nil:
		return err
	case !gone:
		return fmt.Errorf("bob's cable is cut, and anna talks to him for ever: an announcement counts for %v, and %v are over", lifetime, took.Round(time.Second))
	case took < lifetime-interval-slack:
		return fmt.Errorf("bob's cable is cut, and anna takes him for gone at once: after %v, where an announcement counts for %v", took.Round(time.Second), lifetime)
	}
	s.plug(bob, true)
	if _, back, err := anna.until(bob.addr, true, interval+slack); err != nil || !back {
		return orElse(err, "bob's cable is mended, he announces himself, and anna does not list him")
	}
	return nil
}

func aReplayCountsForNothing(s *segment) error {
	anna, bob, _, err := three(s)
	if err != nil {
		return err
	}
	old := s.lastOf(bob)
	s.plug(bob, false)
	for begun := time.Now(); ; time.Sleep(time.Second) {
		is, err := anna.lists(bob.addr)
		if err != nil {
			return err
		}
		if !is {
			return nil
		}
		if took := time.Since(begun); took > lifetime+slack {
			return fmt.Errorf("bob's cable is cut, somebody repeats what he said last, and anna talks to him for ever: %v are over", took.Round(time.Second))
		}
		s.forge(bob.addr, everybody, old)
	}
}

func numbersBeginAgain(s *segment) error {
	anna := s.enter("anna")
	old := netip.MustParseAddrPort("10.0.1.98:9000") // for three years in the chat
	for _, number := range []uint32{math.MaxUint32 - 1, math.MaxUint32, 0, 1} {
		s.forge(old, everybody, message{Kind: announce, Number: number, Lifetime: lifetime})
		time.Sleep(lifetime - interval)
		if is, err := anna.lists(old); err != nil || !is {
			return orElse(err, "behind number %d comes 0, which anna takes for a replay of an old one", uint32(math.MaxUint32))
		}
	}
	return nil
}

// Each of them announces itself, and its announcement is repeated. That proves nothing.
func inventedNamesPushNobodyOut(s *segment) error {
	const names, most = 10_000, 300 << 10
	anna, bob := s.enter("anna"), s.enter("bob")
	if _, found, err := anna.until(bob.addr, true, 2*time.Second); err != nil || !found {
		return orElse(err, "bob announces himself, and anna does not list him")
	}
	time.Sleep(interval + interval/2)
	before := heap()
	for i := range names {
		invented := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 9, byte(i >> 8), byte(i)}), 9000)
		for range 2 {
			s.forge(invented, everybody, message{Kind: announce, Number: 7, Lifetime: 2 * time.Minute})
		}
		if i%50 != 0 {
			continue
		}
		time.Sleep(time.Millisecond)
		var listed int
		is, err := anna.lists(bob.addr)
		if err == nil {
			err = anna.do(func() { listed = len(anna.peers) })
		}
		switch {
		case err != nil:
			return err
		case listed > maxPeers:
			return fmt.Errorf("somebody invents names, and anna lists all of them: %d by now, where %d is the most", listed, maxPeers)
		case !is:
			return fmt.Errorf("an invented name takes the place of bob, who has announced himself twice")
		}
	}
	if grown := heap() - before; grown > most {
		return fmt.Errorf("something is kept of each invented name, outside of g.peers too: %d KB for %d names", grown>>10, names)
	}
	cleo := s.enter("cleo")
	if _, found, err := anna.until(cleo.addr, true, interval+slack); err != nil || !found {
		return orElse(err, "all the room is taken by invented names, and cleo, who is real, does not get in")
	}
	time.Sleep(3 * time.Minute)
	for _, m := range []*member{bob, cleo} {
		if is, err := anna.lists(m.addr); err != nil || !is {
			return orElse(err, "three minutes after ten thousand invented names, %s is not listed", m.name)
		}
	}
	return nil
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
