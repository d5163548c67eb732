package socket_test

import (
	"errors"
	"math"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"onthewire/lessons/02-socket-options/options"
	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/internal/errno"
	"onthewire/lessons/internal/leak"
)

const day = 24 * time.Hour

func TestWhatTheKernelWouldCutIsRefused(t *testing.T) {
	leak.Check(t)
	s := must[*socket.Socket](t)(socket.New(socket.IPv4, socket.Stream, 0))
	defer s.Close()
	at := netip.MustParseAddrPort("127.0.0.1:1")
	level, keepAlive, err := options.Here("SO_KEEPALIVE")
	check(t, err)
	for name, err := range map[string]error{
		"linger of 2^32 s, which would be 0 and reset": s.SetLinger(true, 1<<32),
		"linger of -1 s":                    s.SetLinger(true, -1),
		"linger beyond the system's":        s.SetLinger(true, math.MaxInt32+1),
		"user timeout of 50 days":           s.SetUserTimeout(50 * day),
		"user timeout of -1 ms":             s.SetUserTimeout(-time.Millisecond),
		"user timeout of -1 ns":             s.SetUserTimeout(-1),
		"read timeout of -1 s":              s.SetReadTimeout(-time.Second),
		"read timeout of -1 ns":             s.SetReadTimeout(-1),
		"read timeout without end":          s.SetReadTimeout(math.MaxInt64),
		"write timeout of -1 s":             s.SetWriteTimeout(-time.Second),
		"keep-alive after -1 s":             s.SetKeepAlive(socket.KeepAlive{Idle: -time.Second}),
		"keep-alive after 100 years":        s.SetKeepAlive(socket.KeepAlive{Idle: 36500 * day}),
		"keep-alive each -1 s":              s.SetKeepAlive(socket.KeepAlive{Interval: -time.Second}),
		"keep-alive of -1 questions":        s.SetKeepAlive(socket.KeepAlive{Count: -1}),
		"keep-alive of 2^32+1 questions":    s.SetKeepAlive(socket.KeepAlive{Count: 1<<32 + 1}),
		"TTL of -1, which would be Linux's": s.SetTTL(-1),
		"TTL of 0":                          s.SetTTL(0),
		"TTL of 256":                        s.SetTTL(256),
		"TTL of 2^32+1":                     s.SetTTL(1<<32 + 1),
		"TOS of -1":                         s.SetTOS(-1),
		"TOS of 256":                        s.SetTOS(256),
		"receive buffer of -1":              s.SetReceiveBuffer(-1),
		"send buffer of 2^32+4096":          s.SetSendBuffer(1<<32 + 4096),
		"any number of 2^32+1":              s.Set("SO_KEEPALIVE", level, keepAlive, 1<<32+1),
		"connect within -1 s":               s.ConnectTimeout(at, -time.Second),
		"connect within 0 s":                s.ConnectTimeout(at, 0),
	} {
		if errors.Is(err, errors.ErrUnsupported) {
			continue // an option that this system does not have
		}
		if !errors.Is(err, syscall.EINVAL) {
			t.Errorf("%s: %v, want EINVAL", name, err)
		}
	}
	if on, seconds, err := s.Linger(); on || err != nil {
		t.Errorf("after what was refused, SO_LINGER reads %v, %d, %v", on, seconds, err)
	}
}

func TestAShortTimeNeverBecomesNone(t *testing.T) {
	leak.Check(t)
	s := must[*socket.Socket](t)(socket.New(socket.IPv4, socket.Stream, 0))
	defer s.Close()
	for _, d := range []time.Duration{1, 500 * time.Microsecond, time.Millisecond, 1001 * time.Microsecond, 1500 * time.Millisecond, 20 * day} {
		idle := min(d, 5*time.Hour)
		for name, option := range map[string]struct {
			want time.Duration
			set  error
			read func() (time.Duration, error)
		}{
			"SO_RCVTIMEO":      {d, s.SetReadTimeout(d), s.ReadTimeout},
			"SO_SNDTIMEO":      {d, s.SetWriteTimeout(d), s.WriteTimeout},
			"TCP_USER_TIMEOUT": {d, s.SetUserTimeout(d), s.UserTimeout},
			"TCP_KEEPIDLE": {idle, s.SetKeepAlive(socket.KeepAlive{Idle: idle}), func() (time.Duration, error) {
				_, k, err := s.KeepAlive()
				return k.Idle, err
			}},
			"TCP_KEEPINTVL": {idle, s.SetKeepAlive(socket.KeepAlive{Interval: idle}), func() (time.Duration, error) {
				_, k, err := s.KeepAlive()
				return k.Interval, err
			}},
		} {
			if errors.Is(option.set, errors.ErrUnsupported) {
				continue
			}
			if got, err := option.read(); option.set != nil || err != nil || got < option.want || got > option.want+time.Second {
				t.Errorf("%s of %v reads %v, %v, %v", name, option.want, got, option.set, err)
			}
		}
	}
}

// On a connection that was borrowed, blocking would hold up package net.
func TestATimedConnectLeavesBlockingAsItWas(t *testing.T) {
	leak.Check(t)
	_, at := listening(t)
	for _, nonblocking := range []bool{false, true} {
		s := must[*socket.Socket](t)(socket.New(socket.IPv4, socket.Stream, 0))
		defer s.Close()
		check(t, s.SetNonblocking(nonblocking))
		check(t, s.ConnectTimeout(at, time.Second))
		if got := blocks(t, s); got == nonblocking {
			t.Errorf("non-blocking before: %v, after: %v", nonblocking, !got)
		}
	}
}

// Linux drops the SYN for a listener whose queue is full, so a connect goes on and on.
// Windows asks a port that refuses again and again, for two seconds.
func TestATimedConnectEndsWithItsTimeAndNotBefore(t *testing.T) {
	limit := 1900 * time.Microsecond
	switch runtime.GOOS {
	case "linux":
	case "windows":
		limit = 100 * time.Millisecond
	default:
		t.Skip("other systems refuse where Linux lets a client wait at a full queue")
	}
	leak.Check(t)
	full := must[*socket.Socket](t)(socket.New(socket.IPv4, socket.Stream, 0))
	defer full.Close()
	check(t, full.Bind(anyPort))
	check(t, full.Listen(0))
	at := must[netip.AddrPort](t)(full.LocalAddr())
	for i := range 17 {
		if i == 16 { // Windows' shortest queue is longer
			at = netip.AddrPortFrom(at.Addr(), 1)
		}
		s := must[*socket.Socket](t)(socket.New(socket.IPv4, socket.Stream, 0))
		defer s.Close()
		begun := time.Now()
		err := s.ConnectTimeout(at, limit)
		if err == nil {
			continue // the queue had room
		}
		if i == 16 && runtime.GOOS == "windows" && errno.Is(err, syscall.ECONNREFUSED) {
			t.Skip("a port that nobody listens on refuses at once here")
		}
		if took := time.Since(begun); !errno.Is(err, syscall.ETIMEDOUT) || took < limit {
			t.Errorf("after %v: %v", took, err)
		}
		return
	}
	t.Error("everybody has got in")
}

func TestAZoneGoesInAndComesOut(t *testing.T) {
	leak.Check(t)
	addr, ok := linkLocal(t)
	if !ok {
		t.Skip("no interface here has a link-local IPv6 address")
	}
	s := must[*socket.Socket](t)(socket.New(socket.IPv6, socket.Stream, 0))
	defer s.Close()
	check(t, s.Bind(netip.AddrPortFrom(addr, 0)))
	if got := must[netip.AddrPort](t)(s.LocalAddr()); got.Addr() != addr {
		t.Errorf("bound to %v it is at %v", addr, got)
	}
}

func TestAnUnknownZoneIsRefusedAndNamed(t *testing.T) {
	leak.Check(t)
	s := must[*socket.Socket](t)(socket.New(socket.IPv6, socket.Datagram, 0))
	defer s.Close()
	nowhere := netip.MustParseAddrPort("[fe80::1%nowhere0]:9")
	for name, err := range map[string]error{
		"bind": s.Bind(nowhere), "connect": s.Connect(nowhere), "connect in time": s.ConnectTimeout(nowhere, time.Second),
		"sendto": s.SendTo([]byte("hello, wire\n"), nowhere),
	} {
		if err == nil || !strings.Contains(err.Error(), `no interface "nowhere0" is on this machine`) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a dual-stack socket has heard from, it can answer.
func TestAMappedAddressStaysOneOnAnIPv6Socket(t *testing.T) {
	if runtime.GOOS == "openbsd" {
		t.Skip("OpenBSD has no dual-stack sockets")
	}
	leak.Check(t)
	both, err := socket.New(socket.IPv6, socket.Datagram, 0)
	if err != nil {
		t.Skipf("no IPv6 here: %v", err)
	}
	defer both.Close()
	check(t, both.SetOnlyV6(false))
	check(t, both.Bind(netip.MustParseAddrPort("[::]:0")))
	at := must[netip.AddrPort](t)(both.LocalAddr())
	four := must[*socket.Socket](t)(socket.New(socket.IPv4, socket.Datagram, 0))
	defer four.Close()
	check(t, four.SendTo([]byte("hello"), netip.AddrPortFrom(anyPort.Addr(), at.Port())))
	var got [10]byte
	_, from, err := both.ReceiveFrom(got[:])
	check(t, err)
	if from.Addr() != netip.MustParseAddr("::ffff:127.0.0.1") {
		t.Errorf("it heard from %v", from)
	}
	check(t, both.SendTo([]byte("back"), from))
	check(t, four.SetReadTimeout(5*time.Second))
	n, _, err := four.ReceiveFrom(got[:])
	if string(got[:n]) != "back" || err != nil {
		t.Errorf("the answer: %q, %v", got[:n], err)
	}
}

// linkLocal is an address that is nothing without its zone.
func linkLocal(t *testing.T) (netip.Addr, bool) {
	t.Helper()
	for _, i := range must[[]net.Interface](t)(net.Interfaces()) {
		addrs, _ := i.Addrs()
		for _, a := range addrs {
			if prefix, err := netip.ParsePrefix(a.String()); err == nil && prefix.Addr().Is6() && prefix.Addr().IsLinkLocalUnicast() {
				return prefix.Addr().WithZone(i.Name), true
			}
		}
	}
	return netip.Addr{}, false
}
