package client

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"onthewire/lessons/04-quic/files/wire"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/lab"
)

// In virtual time processors and disks take none, so what is left is the protocol's: the ways
// there and back. 10,000 files are asked for in a soak, 400 otherwise.
func TestManySmallFilesCostTheirBytesAndFewWaysThereAndBack(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		files, most := 400, 500*time.Millisecond
		if os.Getenv("SOAK") != "" {
			files, most = 10_000, 2*time.Second
		}
		must(t, s.Set(lab.Way{Delay: way.Delay}))
		took, setUp := s.many(t, files)
		if took > most {
			t.Errorf("%d files took %v", files, took)
		}
		if setUp != 2 { // the handshake, the question
			t.Errorf("the first file was asked for after %d round trips", setUp)
		}
		if _, setUp = s.many(t, 10); setUp != 1 {
			t.Errorf("with a ticket it was after %d", setUp)
		}
	})
}

// many fetches so many files of 4 KiB, and counts the round trips before the first is asked for.
func (s *scene) many(t *testing.T, files int) (took time.Duration, setUp int) {
	t.Helper()
	must(t, os.RemoveAll(s.here))
	must(t, os.RemoveAll(s.there))
	must(t, os.Mkdir(s.here, 0o700))
	for i := range files {
		write(t, filepath.Join(s.there, fmt.Sprintf("%05d", i)), 4096)
	}
	_, stop := s.serve()
	c := s.client()
	trips := &trips{oneWay: way.Delay}
	s.Tap(trips.see)
	begun := time.Now()
	must(t, c.GetAll(t.Context(), s.folder(s.here), func(wire.Header) bool {
		if setUp == 0 {
			setUp = trips.count()
		}
		return true
	}, "."))
	took = time.Since(begun)
	time.Sleep(2 * roundTrip) // the ticket of the next visit
	must(t, c.Close())
	stop()
	if got := c.Files.Load(); got != int64(files) {
		t.Errorf("%d of %d files have come", got, files)
	}
	t.Logf("%d files are there after %v", files, took)
	return took, setUp
}

// trips counts round trips on a link: the longest chain of datagrams of which each was sent
// after the one before it had arrived.
type trips struct {
	oneWay time.Duration

	mu      sync.Mutex
	sent    []crossing
	counted bool
}

type crossing struct {
	arrives  time.Time
	toServer bool
	length   int
}

func (t *trips) see(d network.Datagram) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counted {
		return
	}
	length := 1
	for _, before := range t.sent {
		if before.toServer != d.ToServer && !before.arrives.After(d.Time) {
			length = max(length, before.length+1)
		}
	}
	t.sent = append(t.sent, crossing{d.Time.Add(t.oneWay), d.ToServer, length})
}

// count tells how many have come to an end by now.
func (t *trips) count() (most int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counted = true
	for _, c := range t.sent {
		if !c.toServer && !c.arrives.After(time.Now()) {
			most = max(most, c.length/2)
		}
	}
	return most
}
