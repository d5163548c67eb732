package values

import (
	"context"
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/02-socket-options/options"
	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/internal/leak"
)

func find(t *testing.T, name string) options.Option {
	t.Helper()
	for _, o := range options.Table {
		if o.Name == name {
			return o
		}
	}
	t.Fatalf("the table has no %s", name)
	return options.Option{}
}

func here(t *testing.T, name string) (level, number int) {
	t.Helper()
	level, number, err := options.Here(name)
	if err != nil {
		t.Fatal(err)
	}
	return level, number
}

// fresh is a socket of the option's kind that nobody has touched.
func fresh(t *testing.T, kind options.Kind) *socket.Socket {
	t.Helper()
	family, typ := socket.IPv4, socket.Stream
	switch kind {
	case options.Packet:
		typ = socket.Datagram
	case options.Six:
		family = socket.IPv6
	}
	s, err := socket.New(family, typ, 0)
	if err != nil && kind == options.Six {
		t.Skipf("no IPv6 here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// sysctl reads a setting of the kernel that is a number.
func sysctl(t *testing.T, name string) int {
	t.Helper()
	text, err := os.ReadFile("/proc/sys/" + name)
	if err != nil {
		t.Skipf("the kernel does not tell %s: %v", name, err)
	}
	n, err := strconv.Atoi(strings.Fields(string(text))[0])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// What goes in, and what the kernel makes of it.
func TestTheKernelSaysWhatItMadeOfAValue(t *testing.T) {
	for _, test := range []struct {
		name      string
		set, want int
	}{
		{"TCP_NODELAY", 1, 1},
		{"TCP_NODELAY", 42, 1}, // a bool
		{"TCP_QUICKACK", 0, 0},
		{"SO_RCVBUF", 8192, 16384},       // doubled: half is for the kernel's own use
		{"SO_RCVBUF", 1, 2304},           // no less than this
		{"SO_RCVBUF", 1 << 30, -1},       // no more than twice net.core.rmem_max
		{"SO_SNDBUF", 8192, 16384},       // doubled as well
		{"SO_SNDBUF", 1, 4608},           // no less than this
		{"SO_KEEPALIVE", 1, 1},           // a bool
		{"TCP_KEEPIDLE", 1, 1},           // whole seconds
		{"TCP_KEEPINTVL", 32767, 32767},  // nine hours, and no more
		{"TCP_KEEPCNT", 127, 127},        // and no more
		{"TCP_USER_TIMEOUT", 1500, 1500}, // milliseconds
		{"SO_REUSEADDR", 1, 1},
		{"SO_REUSEPORT", 1, 1},
		{"TCP_DEFER_ACCEPT", 10, 15}, // rounded up to a number of SYN+ACKs: 1, 3, 7, 15 s
		{"TCP_FASTOPEN", 16, 16},
		{"IPV6_V6ONLY", 1, 1},
		{"SO_ZEROCOPY", 1, 1},
		{"SO_RXQ_OVFL", 1, 1},
		{"SO_BROADCAST", 1, 1},
		{"IP_TTL", 1, 1},
		{"IP_TOS", 0xb8, 0xb8}, // DSCP 46, expedited forwarding
	} {
		t.Run(test.name+" "+strconv.Itoa(test.set), func(t *testing.T) {
			o := find(t, test.name)
			s := fresh(t, o.On)
			level, number := here(t, o.Name)
			if err := s.Set(o.Name, level, number, test.set); err != nil {
				t.Fatal(err)
			}
			got, err := s.Get(o.Name, level, number)
			if err != nil {
				t.Fatal(err)
			}
			want := test.want
			if want < 0 {
				want = 2 * sysctl(t, "net/core/rmem_max")
			}
			if got != want {
				t.Errorf("set to %d it reads %d, want %d", test.set, got, want)
			}
		})
	}
}

func TestTheKernelRefusesWhatMakesNoSense(t *testing.T) {
	for _, test := range []struct {
		name string
		set  int
		want error
	}{
		{"TCP_KEEPIDLE", 0, unix.EINVAL},
		{"TCP_KEEPIDLE", 32768, unix.EINVAL},
		{"TCP_KEEPCNT", 128, unix.EINVAL},
		{"TCP_USER_TIMEOUT", -1, unix.EINVAL},
		{"IP_TTL", 0, unix.EINVAL},
		{"IP_TTL", 256, unix.EINVAL},
		{"SO_PROTOCOL", 6, unix.ENOPROTOOPT}, // it can only be read
	} {
		o := find(t, test.name)
		s := fresh(t, o.On)
		level, number := here(t, o.Name)
		err := s.Set(o.Name, level, number, test.set)
		if !errors.Is(err, test.want) || err.Error() != "setsockopt "+test.name+": "+test.want.Error() {
			t.Errorf("%s %d: %v, want %v", test.name, test.set, err, test.want)
		}
	}
}

func TestWhatIsNoIntKeepsItsValue(t *testing.T) {
	s := fresh(t, options.Conn)
	for _, err := range []error{
		s.SetReadTimeout(1500 * time.Millisecond),
		s.SetLinger(true, 3),
		unix.SetsockoptString(int(s.Descriptor()), unix.IPPROTO_TCP, unix.TCP_CONGESTION, "reno"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"SO_RCVTIMEO": "1.5s", "SO_LINGER": "3 s", "TCP_CONGESTION": "reno", "SO_SNDTIMEO": "0s"} {
		o := find(t, name)
		// A timeout is kept in ticks of the kernel's clock, of which a second has 100 to 1000.
		level, number := here(t, name)
		if got, err := read(s, o, level, number); got != want || err != nil {
			t.Errorf("%s reads %s, %v, want %s", name, got, err, want)
		}
	}
}

// The claims of the lesson's text about package net, each against the kernel's own.
func TestWhatGoHasSet(t *testing.T) {
	leak.Check(t)
	values, err := Read()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]Value{}
	for i, o := range options.Table {
		got[o.Name] = values[i]
	}
	for name, want := range map[string]string{
		"TCP_NODELAY": "1", "SO_KEEPALIVE": "1", "TCP_KEEPIDLE": "15", "TCP_KEEPINTVL": "15", "TCP_KEEPCNT": "9",
		"SO_REUSEADDR": "1", "SO_REUSEPORT": "0", "SO_BROADCAST": "1", "SO_LINGER": "off",
	} {
		if got[name].Go != want {
			t.Errorf("%s is %s in Go, want %s", name, got[name].Go, want)
		}
	}
	for name, want := range map[string]string{"TCP_NODELAY": "0", "SO_KEEPALIVE": "0", "SO_REUSEADDR": "0", "SO_BROADCAST": "0", "SO_PROTOCOL": "6"} {
		if got[name].Kernel != want {
			t.Errorf("%s is %s on a socket that nobody has touched, want %s", name, got[name].Kernel, want)
		}
	}
	for name, v := range got {
		if v.Err != nil && name != "SO_ATTACH_FILTER" && name != "IPV6_V6ONLY" {
			t.Errorf("%s: %v", name, v.Err)
		}
	}
}

func TestAnMPTCPListenerRefusesWhatTCPTakes(t *testing.T) {
	for _, multipath := range []bool{true, false} {
		config := net.ListenConfig{}
		config.SetMultipathTCP(multipath)
		listener, err := config.Listen(context.Background(), "tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		s, err := socket.From(listener.(*net.TCPListener))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		protocol, err := s.Get("SO_PROTOCOL", unix.SOL_SOCKET, unix.SO_PROTOCOL)
		if err != nil {
			t.Fatal(err)
		}
		if multipath && protocol != unix.IPPROTO_MPTCP {
			t.Skip("this kernel has no MPTCP: sysctl net.mptcp.enabled")
		}
		err = s.SetUserTimeout(time.Second)
		// Kernels differ in how they say it.
		if refused := errors.Is(err, syscall.EOPNOTSUPP) || errors.Is(err, syscall.ENOPROTOOPT); multipath != refused {
			t.Errorf("protocol %d, TCP_USER_TIMEOUT: %v", protocol, err)
		}
	}
}
