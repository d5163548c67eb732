package sniffer

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/leak"
	"onthewire/lessons/internal/packet"
)

func TestMain(m *testing.M) { labtest.Main(m) }

func on(t *testing.T, host *lab.Host, name string, filter Filter) (s *Sniffer) {
	t.Helper()
	if err := host.Do(func() (err error) { s, err = Open(name, filter); return err }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestAPacketOnADeviceWithoutEthernetIsSeenOnce(t *testing.T) {
	leak.Check(t)
	link := labtest.Open(t, lab.Way{}, lab.Way{})
	s := on(t, link.Client, "link", Filter{Port: 9})
	if s.Link != packet.RawIP {
		t.Errorf("its packets begin with %d", s.Link)
	}
	sender, err := link.Client.ListenPacket("udp4", "client:0")
	if err != nil {
		t.Fatal(err)
	}
	defer sender.Close()
	receiver, err := link.Server.ListenPacket("udp4", "server:9")
	if err != nil {
		t.Fatal(err)
	}
	defer receiver.Close()
	for _, text := range []string{"one", "two"} {
		if _, err := sender.WriteTo([]byte(text), receiver.LocalAddr()); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		p, err := s.Next(t.Context())
		if err != nil || string(p.Payload) != text || p.Length != len(p.Bytes) || p.Time.IsZero() || begun.Sub(p.Time).Abs() > time.Minute {
			t.Errorf("%s, %v", packet.Line(p), err)
		}
	}
}

func TestASnifferEndsItsWaitWithTheContextAndWithClose(t *testing.T) {
	leak.Check(t)
	link := labtest.Open(t, lab.Way{}, lab.Way{})
	s := on(t, link.Client, "lo", Filter{})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := s.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the error is %v", err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := s.Next(t.Context())
		ended <- err
	}()
	s.Close()
	if err := <-ended; err == nil {
		t.Error("a closed sniffer has delivered a packet")
	}
}

func TestAnUnknownInterfaceIsNamed(t *testing.T) {
	leak.Check(t)
	if _, err := Open("no-such-if", Filter{}); err == nil || !strings.Contains(err.Error(), "no-such-if") {
		t.Errorf("the error is %v", err)
	}
}

func TestWithoutThePrivilegeTheErrorNamesIt(t *testing.T) {
	leak.Check(t)
	result := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with the goroutine
		none := [2]unix.CapUserData{}
		if err := unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &none[0]); err != nil {
			result <- err
			return
		}
		s, err := Open("lo", Filter{})
		if err == nil {
			s.Close()
		}
		result <- err
	}()
	err := <-result
	if missing, ok := errors.AsType[*experiment.Unavailable](err); !ok || !strings.Contains(missing.Remedy, "CAP_NET_RAW") {
		t.Errorf("the error is %v", err)
	}
}
