package client

import (
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"onthewire/lessons/04-quic/replay"
	"onthewire/lessons/internal/lab"
)

// visit fetches a small file, and waits for the ticket of the next visit.
func (s *scene) visit(t *testing.T) {
	t.Helper()
	write(t, s.there+"/small", 12)
	c := s.client()
	must(t, c.Get(t.Context(), s.folder(s.here), "small"))
	time.Sleep(2 * roundTrip)
	must(t, c.Close())
}

func TestTheSecondGetHasItsFirstByteAfterOneRoundTrip(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		must(t, s.Set(lab.Way{Delay: way.Delay}))
		s.serve()
		s.visit(t)
		begun := time.Now()
		c := s.client()
		must(t, c.Get(t.Context(), s.folder(s.here), "small"))
		if took := time.Since(begun); took != roundTrip {
			t.Errorf("it took %v, want %v", took, roundTrip)
		}
		s.tickets = tls.NewLRUClientSessionCache(1)
		begun = time.Now()
		_, err := s.client().List(t.Context(), ".")
		if took := time.Since(begun); err != nil || took != 2*roundTrip {
			t.Errorf("a list without a ticket took %v, %v", took, err)
		}
	})
}

func TestAPutIsNeverEarlyAndItsCopyChangesNothing(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		must(t, s.Set(lab.Way{Delay: way.Delay}))
		s.serve()
		s.visit(t)
		var flight replay.Flight
		s.Tap(flight.See)
		write(t, s.here+"/a", 1000)
		begun := time.Now()
		c := s.client()
		must(t, c.Put(t.Context(), s.folder(s.here), "a"))
		if took := time.Since(begun); took != 3*roundTrip { // handshake, where to go on, all is well
			t.Errorf("it took %v, want %v", took, 3*roundTrip)
		}
		if conn := c.link.conn; !conn.ConnectionState().TLS.DidResume {
			t.Error("there was no ticket, so nothing could have been early")
		}
		must(t, c.Close())
		must(t, os.Remove(s.there+"/a"))
		s.copied(t, &flight)
		if entries, err := os.ReadDir(s.there); err != nil || len(entries) != 1 {
			t.Errorf("there is %v, %v", entries, err)
		}
	})
}

// copied sends a first flight again, when the server has forgotten its connection.
func (s *scene) copied(t *testing.T, flight *replay.Flight) {
	t.Helper()
	if len(flight.Datagrams()) == 0 {
		t.Fatal("nothing was taken")
	}
	time.Sleep(time.Second)
	thief, err := s.Network.Client()
	must(t, err)
	defer thief.Close()
	must(t, flight.Send(thief, s.address))
	time.Sleep(20 * time.Second)
}

// Whoever writes a client that is careless about it changes nothing either.
func TestAPutThatWasSentEarlyByForceIsDoneOnceAndItsCopyNever(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.serve()
		s.visit(t)
		var flight replay.Flight
		s.Tap(flight.See)
		c := s.client()
		conn, err := c.Dial(t.Context())
		must(t, err)
		must(t, putBy(t, conn, "a"))
		if !conn.ConnectionState().Used0RTT {
			t.Error("it was not early")
		}
		conn.CloseWithError(0, "")
		must(t, os.Remove(s.there+"/a"))
		s.copied(t, &flight)
		if entries, err := os.ReadDir(s.there); err != nil || len(entries) != 1 {
			t.Errorf("there is %v, %v", entries, err)
		}
	})
}

func TestWhatIsRejectedEarlyIsSaidAgain(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		must(t, s.Set(lab.Way{Delay: way.Delay}))
		s.serve()
		s.visit(t)
		var names []string
		for i := range 50 {
			names = append(names, fmt.Sprint(i))
			write(t, filepath.Join(s.there, names[i]), 1000+i)
		}
		var key [32]byte
		rand.Read(key[:])
		s.serverTLS.SetSessionTicketKeys([][32]byte{key}) // as a server that was started again
		begun := time.Now()
		c := s.client()
		must(t, c.Get(t.Context(), s.folder(s.here), names...))
		for _, name := range names {
			equal(t, filepath.Join(s.there, name), filepath.Join(s.here, name))
		}
		if state := c.link.conn.ConnectionState(); state.Used0RTT || state.TLS.DidResume {
			t.Error("it was not rejected")
		}
		if took := time.Since(begun); took > 4*roundTrip || len(s.said) > 0 {
			t.Errorf("it took %v, and said %q", took, s.said)
		}
	})
}

func TestWhoMayOpenEnoughStreamsWaitsForNone(t *testing.T) {
	for _, limit := range []int64{20, 100} {
		play(t, func(t *testing.T, s *scene) {
			must(t, s.Set(lab.Way{Delay: way.Delay}))
			s.config.MaxIncomingStreams = limit
			var names []string
			for i := range 80 {
				names = append(names, fmt.Sprint(i))
				write(t, filepath.Join(s.there, names[i]), 100)
			}
			s.serve()
			c := s.client()
			begun := time.Now()
			must(t, c.Get(t.Context(), s.folder(s.here), names...))
			took := time.Since(begun)
			// One round trip is the handshake's, and the answers of the others need a little more.
			if few := took < 4*roundTrip; few != (limit == 100) {
				t.Errorf("with %d streams they took %v", limit, took)
			}
		})
	}
}
