package client

import (
	"crypto/tls"
	"os"
	"testing"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/leak"
)

// inLab is a scene on a link of the lab: with sockets of the kernel, in real time.
func inLab(t *testing.T, way lab.Way) *scene {
	t.Helper()
	n, err := network.Open(way.Delay)
	must(t, err)
	t.Cleanup(func() { must(t, n.Close()) })
	if n.Missing != nil {
		t.Skipf("%v; %s", n.Missing, n.Missing.Advice())
	}
	must(t, n.Set(way))
	return stage(t, n, memory(t), memory(t))
}

// memory is a folder on a disk that costs nothing, where there is one.
func memory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "onthewire")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// How long ten thousand take is up to the machine, on which both ends and the link have to
// find their time. It is logged.
func TestManySmallFilesAreAskedForAfterTwoRoundTripsOfALinkOfTheLab(t *testing.T) {
	leak.Check(t)
	files := 100
	if os.Getenv("SOAK") != "" {
		files = 10_000
	}
	s := inLab(t, lab.Way{Delay: way.Delay})
	setUp := 0
	for range 3 { // a busy machine may miss a moment
		s.tickets = tls.NewLRUClientSessionCache(1)
		if _, setUp = s.many(t, files); setUp == 2 {
			return
		}
	}
	t.Errorf("the first file was asked for after %d round trips", setUp)
}

// The link is cut for longer than either side waits, and comes back.
func TestATransferOutlivesALinkOfTheLabThatIsCut(t *testing.T) {
	leak.Check(t)
	both(t, func(t *testing.T, put bool) {
		t.Parallel()
		s := inLab(t, lab.Way{Delay: 5 * time.Millisecond, Rate: 20_000_000})
		const idle = 250 * time.Millisecond
		s.config.MaxIdleTimeout = idle
		s.settings = &quic.Config{HandshakeIdleTimeout: idle, MaxIdleTimeout: idle, KeepAlivePeriod: idle / 3}
		from, into := s.from(put)
		write(t, from+"/a", 1<<20) // takes 0.4 s
		write(t, into+"/a", 12)
		s.serve()
		c := s.client()
		done := make(chan error, 1)
		go func() { done <- s.transfer(c, put)(t.Context(), "a") }()
		arrived(into, 200_000)
		must(t, s.Set(lab.Way{Loss: 1}))
		// A path that is slow just now counts as idle later than idle says (RFC 9000, 10.1: three times the PTO).
		for end := time.Now().Add(20 * time.Second); !s.says("connecting again") && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		select {
		case err := <-done:
			t.Fatalf("it was over before the link was cut: %v", err)
		default:
		}
		must(t, s.Set(lab.Way{Delay: 5 * time.Millisecond, Rate: 20_000_000}))
		must(t, <-done)
		equal(t, from+"/a", into+"/a")
		if again := c.Bytes.Load() - 1<<20; again < 0 || again > 500_000 {
			t.Errorf("%d bytes came again", again)
		}
		if !s.says("connecting again") || s.says("begins again") || left(t, into) > 0 {
			t.Errorf("it said %q and left %d parts", s.said, left(t, into))
		}
	})
}
