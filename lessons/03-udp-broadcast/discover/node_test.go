package discover

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// bubble runs a test in virtual time: a minute of it takes no time at all.
func bubble(t *testing.T, test func(t *testing.T, s *segment)) {
	synctest.Test(t, func(t *testing.T) { test(t, newSegment()) })
}

func TestAPeerIsFoundWithinASecond(t *testing.T) {
	var took []time.Duration
	for range 51 {
		bubble(t, func(t *testing.T, s *segment) {
			anna := s.start(t, "anna", "10.0.1.1")
			s.start(t, "bob", "10.0.1.2")
			time.Sleep(rand.N(20 * time.Second)) // anywhere in their rhythm
			cleo := s.start(t, "cleo", "10.0.1.3")
			took = append(took, within(t, 5*time.Second, "cleo finds both, and is found", func() bool {
				return cleo.lists("anna", "bob") && anna.lists("bob", "cleo")
			}))
		})
	}
	slices.Sort(took)
	if median := took[len(took)/2]; median > time.Second {
		t.Errorf("found after %v at the median, want 1 s at most", median)
	}
}

func TestAGoodbyeIsHeardAtOnceAndBelievedASecondLater(t *testing.T) {
	bubble(t, func(t *testing.T, s *segment) {
		anna, bob := s.start(t, "anna", "10.0.1.1"), s.start(t, "bob", "10.0.1.2")
		within(t, time.Second, "anna finds bob", func() bool { return anna.lists("bob") })
		bob.leave()
		took := within(t, 2*time.Second, "bob is gone", func() bool { return anna.lists() })
		if took < farewell-10*time.Millisecond {
			t.Errorf("gone after %v: a goodbye is believed after %v", took, farewell)
		}
	})
}

func TestTheSilentAreGoneWithinTheirLifetime(t *testing.T) {
	bubble(t, func(t *testing.T, s *segment) {
		anna, bob := s.start(t, "anna", "10.0.1.1"), s.start(t, "bob", "10.0.1.2")
		within(t, time.Second, "anna finds bob", func() bool { return anna.lists("bob") })
		time.Sleep(time.Minute)
		bob.sock.cut(true)
		took := within(t, lifetime*usually+usually, "bob is gone", func() bool { return anna.lists() })
		if took < (lifetime-1)*usually {
			t.Errorf("gone after %v: one lost announcement is no reason", took)
		}
		bob.sock.cut(false)
		within(t, usually, "bob is back", func() bool { return anna.lists("bob") && bob.lists("anna") })
	})
}

func TestTwoLostAnnouncementsAreForgiven(t *testing.T) {
	bubble(t, func(t *testing.T, s *segment) {
		anna, bob := s.start(t, "anna", "10.0.1.1"), s.start(t, "bob", "10.0.1.2")
		time.Sleep(time.Minute)
		bob.sock.cut(true)
		time.Sleep(2*(usually-usually/10) - time.Second) // three of them never fall into that
		bob.sock.cut(false)
		time.Sleep(time.Minute)
		if n := anna.count(Left); n != 0 {
			t.Errorf("bob has left %d times, and never went", n)
		}
	})
}

func TestALivingPeerSurvivesAForgedGoodbye(t *testing.T) {
	bubble(t, func(t *testing.T, s *segment) {
		anna := s.start(t, "anna", "10.0.1.1")
		s.start(t, "bob", "10.0.1.2")
		within(t, time.Second, "anna finds bob", func() bool { return anna.lists("bob") })
		time.Sleep(5 * time.Second)
		for _, ahead := range []uint32{1, 1000, 1 << 30} {
			m := anna.lastOf(t, s, "bob")
			m.Kind, m.Sequence = Goodbye, m.Sequence+ahead
			s.forge("10.0.1.2", m)
			time.Sleep(5 * time.Second)
			if !anna.lists("bob") || anna.count(Left) != 0 {
				t.Fatalf("a goodbye forged %d numbers ahead has taken bob away", ahead)
			}
		}
	})
}

// lastOf is the latest announcement of a name, as everybody on the segment can hear it.
func (h *host) lastOf(t *testing.T, s *segment, name string) Message {
	t.Helper()
	ear := s.join("10.0.1.99")
	defer ear.Close()
	for {
		b := make([]byte, MaxSize)
		n, _, err := ear.ReadFrom(b)
		if err != nil {
			t.Fatal(err)
		}
		if m, err := Parse(b[:n]); err == nil && m.Name == name && m.Kind == Announce {
			return m
		}
	}
}

func TestAReplayedAnnouncementKeepsNobodyAlive(t *testing.T) {
	bubble(t, func(t *testing.T, s *segment) {
		anna, bob := s.start(t, "anna", "10.0.1.1"), s.start(t, "bob", "10.0.1.2")
		old := anna.lastOf(t, s, "bob")
		time.Sleep(20 * time.Second)
		bob.sock.cut(true)
		for range 60 {
			s.forge("10.0.1.2", old)
			time.Sleep(time.Second)
		}
		if !anna.lists() {
			t.Error("bob is still listed, a minute after his last word")
		}
		if anna.count(Dropped) == 0 {
			t.Error("no replay was counted")
		}
	})
}

func TestNobodySpeaksForAnotherAddress(t *testing.T) {
	bubble(t, func(t *testing.T, s *segment) {
		anna := s.start(t, "anna", "10.0.1.1")
		s.start(t, "bob", "10.0.1.2")
		m := anna.lastOf(t, s, "bob")
		m.Kind, m.Sequence = Goodbye, m.Sequence+1
		s.forge("10.0.1.66", m)
		time.Sleep(900 * time.Millisecond)
		if anna.count(Dropped) != 1 {
			t.Errorf("%d datagrams were dropped, want the one from 10.0.1.66", anna.count(Dropped))
		}
		if !anna.lists("bob") {
			t.Error("bob is gone")
		}
	})
}

func TestTenThousandInventedNamesPushNobodyOut(t *testing.T) {
	bubble(t, func(t *testing.T, s *segment) {
		anna := s.start(t, "anna", "10.0.1.1")
		s.start(t, "bob", "10.0.1.2")
		time.Sleep(15 * time.Second)
		for i := range 10_000 {
			m := Message{Kind: Announce, Instance: uint64(i), Sequence: 1, Lifetime: MaxLifetime, Port: 1, Name: fmt.Sprint("forged ", i), Service: "chat"}
			s.forge(fmt.Sprintf("10.0.%d.%d", 2+i/4/250, 1+i/4%250), m)
			if i%100 == 0 {
				time.Sleep(time.Millisecond)
			}
		}
		s.start(t, "cleo", "10.0.1.3")
		time.Sleep(15 * time.Second)
		anna.mu.Lock()
		defer anna.mu.Unlock()
		if len(anna.peers) > maxPeers {
			t.Errorf("%d peers are remembered, want %d at most", len(anna.peers), maxPeers)
		}
		for _, who := range []string{"bob 10.0.1.2", "cleo 10.0.1.3"} {
			if _, ok := anna.peers[who]; !ok {
				t.Errorf("%s is not listed", who)
			}
		}
	})
}

func TestOneHostCannotTakeAllTheRoom(t *testing.T) {
	bubble(t, func(t *testing.T, s *segment) {
		anna := s.start(t, "anna", "10.0.1.1")
		time.Sleep(time.Second)
		for i := range 1000 {
			m := Message{Kind: Announce, Instance: uint64(i), Sequence: 1, Lifetime: MaxLifetime, Name: fmt.Sprint(i), Service: "chat"}
			s.forge("10.0.1.66", m)
			if i%100 == 0 {
				time.Sleep(time.Millisecond)
			}
		}
		time.Sleep(100 * time.Millisecond)
		anna.mu.Lock()
		defer anna.mu.Unlock()
		if len(anna.peers) != maxPerHost {
			t.Errorf("one host has %d names, want %d", len(anna.peers), maxPerHost)
		}
	})
}

func TestAQuestionIsAnsweredAtMostTwiceASecond(t *testing.T) {
	bubble(t, func(t *testing.T, s *segment) {
		s.start(t, "anna", "10.0.1.1")
		time.Sleep(5 * time.Second)
		ask := Message{Kind: Query, Instance: 1, Sequence: 1, Lifetime: time.Second, Name: "m", Service: "m"}
		before, _ := s.traffic()
		const seconds = 10
		for range 1000 {
			s.forge("10.0.1.66", ask)
			time.Sleep(seconds * time.Second / 1000)
		}
		after, _ := s.traffic()
		if answers := after - before - 1000; answers > 2*seconds+1 {
			t.Errorf("1,000 questions in %d s made %d answers", seconds, answers)
		}
	})
}

func TestInterfacesComeAndGo(t *testing.T) {
	bubble(t, func(t *testing.T, s *segment) {
		anna, bob := s.start(t, "anna", "10.0.1.1"), s.start(t, "bob", "10.0.1.2")
		within(t, time.Second, "anna finds bob", func() bool { return anna.lists("bob") })
		bob.mu.Lock()
		bob.links = nil
		bob.mu.Unlock()
		within(t, 2*time.Second, "bob forgets anna with the interface", func() bool { return bob.lists() })
		within(t, lifetime*usually+time.Second, "bob is silent", func() bool { return anna.lists() })
		bob.mu.Lock()
		bob.sock = s.join("10.0.1.2")
		bob.links = []string{"eth0"}
		bob.mu.Unlock()
		within(t, 2*time.Second, "both are back", func() bool { return anna.lists("bob") && bob.lists("anna") })
	})
}

func TestAnInterfaceThatCannotBeOpenedIsReportedOnce(t *testing.T) {
	bubble(t, func(t *testing.T, s *segment) {
		refused := errors.New("no such device")
		anna := s.start(t, "anna", "10.0.1.1", func(n *Node) {
			n.Open = func(string) (*Link, error) { return nil, refused }
		})
		time.Sleep(10 * time.Second)
		if n := anna.count(LinkDown); n != 1 {
			t.Errorf("reported %d times", n)
		}
	})
}

func TestAnnouncementsCostLessThanAKilobitASecond(t *testing.T) {
	bubble(t, func(t *testing.T, s *segment) {
		const hosts = 50
		for i := range hosts {
			s.start(t, fmt.Sprint("host ", i), fmt.Sprintf("10.0.%d.%d", 1+i/250, 1+i%250))
		}
		time.Sleep(30 * time.Second)
		sent, bytes := s.traffic()
		time.Sleep(time.Minute)
		sentAfter, bytesAfter := s.traffic()
		each := 8 * float64(bytesAfter-bytes+28*(sentAfter-sent)) / 60 / hosts // with an IP and a UDP header each
		t.Logf("%.0f bit/s each", each)
		if each > 1000 {
			t.Errorf("each host says %.0f bit/s, want 1,000 at most", each)
		}
	})
}

func TestAMessageThatCannotBeSentIsRefusedBeforeAnythingIs(t *testing.T) {
	n := &Node{Name: strings.Repeat("x", MaxName+1), Service: "chat"}
	if err := n.Run(t.Context()); err == nil {
		t.Error("a name of 64 bytes was taken")
	}
}
