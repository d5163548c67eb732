package throughput

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/experiment/experimenttest"
	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/leak"
)

func TestMain(m *testing.M) { labtest.Main(m) }

func authority(t *testing.T) *devcert.Authority {
	t.Helper()
	a, err := devcert.New()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// serve serves one client, and returns where.
func serve(t *testing.T, way Way, by *devcert.Authority) (address string, ended chan error) {
	t.Helper()
	certificate, err := by.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	listens, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- way.Serve(ctx, Loopback{}, "127.0.0.1:0", certificate, func(at net.Addr) { listens <- at.String() })
	}()
	select {
	case address = <-listens:
	case err := <-ended:
		t.Fatal(err)
	}
	return address, ended
}

func TestEveryWayBringsAllOfADownload(t *testing.T) {
	for _, way := range Ways {
		t.Run(way.Name, func(t *testing.T) {
			leak.Check(t)
			a := authority(t)
			address, ended := serve(t, way, a)
			client, err := way.Dial(t.Context(), Loopback{}, address, a.Pool())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := client.Fetch(t.Context(), 3<<20+1); err != nil {
				t.Error(err)
			}
			if err := errors.Join(client.Close(), <-ended); err != nil {
				t.Errorf("it ends with %v", err)
			}
		})
	}
}

func TestAStrangersCertificateIsRefused(t *testing.T) {
	for _, way := range Ways[1:3] {
		t.Run(way.Name, func(t *testing.T) {
			leak.Check(t)
			address, ended := serve(t, way, authority(t))
			_, err := way.Dial(t.Context(), Loopback{}, address, authority(t).Pool())
			if _, ok := errors.AsType[x509.UnknownAuthorityError](err); !ok {
				t.Errorf("the client ends with %v", err)
			}
			if way.QUIC {
				return // the server waits for somebody whose handshake ends well
			}
			if err := <-ended; err == nil {
				t.Error("the server does not notice")
			}
		})
	}
}

func TestADownloadThatIsCalledOffEndsSoon(t *testing.T) {
	for _, way := range Ways[:3] {
		t.Run(way.Name, func(t *testing.T) {
			leak.Check(t)
			a := authority(t)
			address, ended := serve(t, way, a)
			client, err := way.Dial(t.Context(), Loopback{}, address, a.Pool())
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			go func() { time.Sleep(10 * time.Millisecond); cancel() }() // somewhere in the middle
			if _, err := client.Fetch(ctx, 1<<50); !errors.Is(err, context.Canceled) {
				t.Errorf("it ends with %v", err)
			}
			client.Close()
			if err := <-ended; err == nil {
				t.Error("the server has sent all of it")
			}
		})
	}
}

func TestADownloadOverALongWayTakesItsRoundTrips(t *testing.T) {
	labtest.Open(t, Long, Long).Close() // or skip
	leak.Check(t)
	for _, way := range []Way{{}, {QUIC: true}} {
		// The request needs one direction, and the first byte the other.
		took, err := over(t.Context(), Long, "", way, authority(t), 50_000)
		if err != nil {
			experimenttest.Skip(t, err)
		}
		if took < 2*Long.Delay {
			t.Errorf("QUIC %v: it took %v", way.QUIC, took)
		}
	}
}

func TestACongestionControlThatTheKernelLacksIsLeftOut(t *testing.T) {
	labtest.Open(t, Long, Long).Close() // or skip
	_, err := over(t.Context(), Long, "nonesuch", Way{}, authority(t), 1)
	if err == nil || !strings.Contains(err.Error(), "TCP_CONGESTION nonesuch") {
		t.Errorf("it ends with %v", err)
	}
}
