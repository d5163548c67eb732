package network

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/nettest"
)

const oneWay = 20 * time.Millisecond

// pair connects two ends, and closes them when the test ends.
func pair(t *testing.T) (n *Network, client, server net.Conn) {
	t.Helper()
	n = New(oneWay)
	l := n.Listen("server:80")
	client, err := n.DialContext(t.Context(), "tcp", "server:80")
	if err != nil {
		t.Fatal(err)
	}
	server, err = l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); server.Close(); l.Close() })
	return n, client, server
}

func TestBytesAndTheFinArriveOneWayLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client, server := pair(t)
		begun := time.Now()
		client.Write([]byte("hello, "))
		client.Write([]byte("wire\n"))
		client.Close()
		got, err := io.ReadAll(server)
		if string(got) != "hello, wire\n" || err != nil || time.Since(begun) != oneWay {
			t.Errorf("got %q, %v after %v", got, err, time.Since(begun))
		}
	})
}

func TestAWriteToAClosedEndSucceedsAndTheResetComesARoundTripLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client, server := pair(t)
		server.Close()
		begun := time.Now()
		if _, err := client.Write([]byte("GET")); err != nil {
			t.Errorf("the first write: %v", err)
		}
		time.Sleep(2*oneWay + 1)
		if _, err := client.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("the read after %v: %v", time.Since(begun), err)
		}
		if _, err := client.Write([]byte("GET")); !errors.Is(err, syscall.EPIPE) {
			t.Errorf("the second write: %v", err)
		}
	})
}

func TestADeadlineEndsARead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client, _ := pair(t)
		begun := time.Now()
		client.SetDeadline(begun.Add(time.Second))
		if _, err := client.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(begun) != time.Second {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}

func TestNothingArrivesAfterACutAndNobodyIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, client, server := pair(t)
		n.Cut()
		if _, err := client.Write([]byte("hello")); err != nil {
			t.Errorf("write: %v", err)
		}
		server.SetDeadline(time.Now().Add(time.Hour))
		if _, err := server.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("read: %v", err)
		}
	})
}

func TestAnAddressWithoutAListenerRefusesAndASilentOneSaysNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New(oneWay)
		n.Silence("silent:80")
		if _, err := n.DialContext(t.Context(), "tcp", "server:80"); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Error(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := n.DialContext(ctx, "tcp", "silent:80"); err == nil || err.Error() != "dial tcp silent:80: i/o timeout" {
			t.Error(err)
		}
	})
}

func TestAWriteWaitsForAReaderAndADeadlineOrACloseEndsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client, server := pair(t)
		much := make([]byte, 2*window)
		client.SetWriteDeadline(time.Now().Add(time.Second))
		if n, err := client.Write(much); n != window || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("wrote %d, %v", n, err)
		}
		client.SetWriteDeadline(time.Time{})
		time.AfterFunc(time.Second, func() { io.CopyN(io.Discard, server, window) })
		if n, err := client.Write(much[:window]); n != window || err != nil {
			t.Errorf("wrote %d, %v, although somebody read", n, err)
		}
		time.AfterFunc(time.Second, func() { client.Close() })
		if n, err := client.Write(much); !errors.Is(err, net.ErrClosed) {
			t.Errorf("wrote %d, %v", n, err)
		}
	})
}

func TestNetsConnBehavesTheSame(t *testing.T) {
	nettest.TestConn(t, func() (net.Conn, net.Conn, func(), error) {
		n := New(0)
		l := n.Listen("server:80")
		client, err := n.DialContext(t.Context(), "tcp", "server:80")
		if err != nil {
			return nil, nil, nil, err
		}
		server, err := l.Accept()
		return client, server, func() { client.Close(); server.Close(); l.Close() }, err
	})
}

func TestWhatWasReadBeforeTheCloseBringsNoReset(t *testing.T) {
	for range 200 { // a race of goroutines at one moment
		synctest.Test(t, func(t *testing.T) {
			n := New(0)
			l := n.Listen("server:80")
			defer l.Close()
			client, err := n.DialContext(t.Context(), "tcp", "server:80")
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			server, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				server.Read(make([]byte, 5))
				io.WriteString(server, "H")
				server.Close()
			}()
			io.WriteString(client, "hello")
			synctest.Wait()
			if got, err := io.ReadAll(client); string(got) != "H" || err != nil {
				t.Fatalf("%q, %v", got, err)
			}
		})
	}
}
