//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package restart

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/internal/exercise"
	"onthewire/lessons/internal/leak"
)

const message = "hello, wire\n"

func TestAServerComesBackAndASecondOneIsRefused(t *testing.T) {
	exercise.Check(t, func() error {
		first, err := listen(netip.MustParseAddrPort("127.0.0.1:0"))
		if err != nil {
			return fmt.Errorf("the first server does not listen: %w", err)
		}
		if first == nil {
			return errors.New("listen returns neither a socket nor an error")
		}
		at, err := first.LocalAddr()
		if err != nil {
			return errors.Join(err, first.Close())
		}
		// A server that hangs up first is left with the connection in TIME_WAIT.
		if err := errors.Join(serveOne(first, at), first.Close()); err != nil {
			return err
		}

		second, err := listen(at)
		switch {
		case errors.Is(err, syscall.EADDRINUSE):
			return fmt.Errorf("the server does not come back: a connection that is over is still in TIME_WAIT: %w", err)
		case err != nil:
			return fmt.Errorf("the server does not come back: %w", err)
		}
		defer second.Close()
		if err := isAt(second, at); err != nil {
			return err
		}
		if err := serveOne(second, at); err != nil {
			return err
		}
		return aLivingServerKeepsItsPort(at)
	})
}

func aLivingServerKeepsItsPort(at netip.AddrPort) error {
	before, known := leak.Descriptors()
	third, err := listen(at)
	if err == nil {
		defer third.Close()
		if err := isAt(third, at); err != nil {
			return err
		}
		return errors.New("two servers listen on one port: the kernel deals out the clients between them, and neither knows")
	}
	if !errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("another server has the port, and EADDRINUSE is not what listen says: %w", err)
	}
	if after, _ := leak.Descriptors(); known && after > before {
		return errors.New("listen fails and leaves its socket open: a server that tries again and again runs out of descriptors")
	}
	return nil
}

// isAt tells whether it listens where it should. A socket without an address gets one from
// the kernel when it starts to listen, and nobody knows that.
func isAt(listener *socket.Socket, want netip.AddrPort) error {
	got, err := listener.LocalAddr()
	if err == nil && got != want {
		err = fmt.Errorf("a server listens where no client looks for it: at port %d, and no error says that %d was not to be had", got.Port(), want.Port())
	}
	return err
}

// serveOne has a client come in, say its line and hear it back. The server hangs up first.
func serveOne(listener *socket.Socket, at netip.AddrPort) error {
	conn, err := net.DialTimeout("tcp4", at.String(), exercise.Timeout())
	if err != nil {
		return fmt.Errorf("no client gets in: %w", err)
	}
	defer conn.Close() // second
	conn.SetDeadline(time.Now().Add(exercise.Timeout()))
	if _, err := io.WriteString(conn, message); err != nil {
		return err
	}
	if err := echo(listener); err != nil {
		return fmt.Errorf("no client is answered: %w", err)
	}
	got, err := io.ReadAll(conn)
	switch {
	case errors.Is(err, syscall.ECONNRESET):
		return fmt.Errorf("the server resets its clients: what is under way to them is lost: %w", err)
	case err != nil:
		return err
	case string(got) != message:
		return fmt.Errorf("a client says %q and hears %q", message, got)
	}
	return nil
}

// echo answers the one client who waits, and closes.
func echo(listener *socket.Socket) error {
	server, _, err := listener.Accept()
	if err != nil {
		return err
	}
	defer server.Close()
	if err := server.SetReadTimeout(exercise.Timeout()); err != nil {
		return err
	}
	got := make([]byte, len(message))
	for n := 0; n < len(got); {
		more, err := server.Read(got[n:])
		if err != nil {
			return err
		}
		if more == 0 {
			return io.ErrUnexpectedEOF
		}
		n += more
	}
	_, err = server.Write(got)
	return err
}
