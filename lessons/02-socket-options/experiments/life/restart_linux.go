package life

import (
	"context"
	"errors"
	"net/netip"
	"syscall"

	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/internal/experiment"
)

// Restart binds to a port that a server has just left, and to one on which it still listens.
var Restart = experiment.Experiment{
	Name:     "restart",
	Subjects: []string{"SO_REUSEADDR", "SO_REUSEPORT"},
	About:    "Back on the same port",
	Do:       comeBack,
}

func comeBack(ctx context.Context, r *experiment.Report) (err error) {
	r.Shown = true
	for _, try := range []struct {
		setting string
		alive   bool // the first server still listens
		set     func(*socket.Socket) error
		refused bool
	}{
		{"old server gone, nothing set", false, nothing, true},
		{"old server gone, SO_REUSEADDR", false, reuseAddr, false},
		{"old server listens, SO_REUSEADDR", true, reuseAddr, true},
		{"old server listens, SO_REUSEPORT on both", true, reusePort, false},
	} {
		err := restart(try.alive, try.set)
		if err != nil && !errors.Is(err, syscall.EADDRINUSE) {
			return err
		}
		seen := "the new server listens"
		if err != nil {
			seen = "address already in use"
		}
		r.Add(try.setting, seen)
		r.Shown = r.Shown && try.refused == (err != nil)
	}
	r.Says = "The old connection is remembered in TIME_WAIT, on the side that closed first, for a minute. SO_REUSEADDR looks past it and not past a living server. SO_REUSEPORT lets in both."
	return nil
}

func nothing(*socket.Socket) error     { return nil }
func reuseAddr(s *socket.Socket) error { return s.SetReuseAddr(true) }
func reusePort(s *socket.Socket) error { return s.SetReusePort(true) }

// restart listens, serves one client and closes its side first, so that the connection
// stays behind in TIME_WAIT. Then a second server binds to the same port.
func restart(alive bool, set func(*socket.Socket) error) error {
	first, at, err := listenAt(netip.MustParseAddrPort("127.0.0.1:0"), set)
	if err != nil {
		return err
	}
	if err := serveOne(first, at); err != nil {
		return errors.Join(err, first.Close())
	}
	if alive {
		defer first.Close()
	} else if err := first.Close(); err != nil {
		return err
	}
	second, _, err := listenAt(at, set)
	if err != nil {
		return err
	}
	return second.Close()
}

func listenAt(addr netip.AddrPort, set func(*socket.Socket) error) (*socket.Socket, netip.AddrPort, error) {
	s, err := socket.New(socket.IPv4, socket.Stream, 0)
	if err != nil {
		return nil, addr, err
	}
	if err = set(s); err == nil {
		err = s.Bind(addr)
	}
	if err == nil {
		err = s.Listen(16)
	}
	if err == nil {
		addr, err = s.LocalAddr()
	}
	if err != nil {
		s.Close()
		return nil, addr, err
	}
	return s, addr, nil
}

// serveOne has a client connect, and hangs up on it.
func serveOne(listener *socket.Socket, at netip.AddrPort) error {
	client, err := socket.New(socket.IPv4, socket.Stream, 0)
	if err != nil {
		return err
	}
	defer client.Close() // second: the client's side remembers nothing
	if err := client.Connect(at); err != nil {
		return err
	}
	server, _, err := listener.Accept()
	if err != nil {
		return err
	}
	if err := server.Close(); err != nil {
		return err
	}
	_, err = client.Read(make([]byte, 1)) // the end has arrived, so what follows comes second
	return err
}
