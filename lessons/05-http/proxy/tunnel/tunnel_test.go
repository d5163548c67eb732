package tunnel

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"onthewire/lessons/05-http/proxy/proxytest"
	"onthewire/lessons/internal/errno"
	"onthewire/lessons/internal/leak"
	"onthewire/lessons/internal/network"
)

var must = proxytest.Must

// A world is a proxy that does nothing but tunnels to one place.
type world struct {
	t       *testing.T
	tunnels *Tunnels
	dial    func() net.Conn // a client's connection
	room    net.Listener
	passed  chan Passed
}

func serves(t *testing.T, on, room net.Listener, dial, toRoom func() (net.Conn, error)) *world {
	w := &world{t: t, tunnels: New(time.Hour, time.Minute), room: room, passed: make(chan Passed, 100)}
	server := &http.Server{Handler: http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		origin, err := toRoom()
		must(t, err)
		must(t, w.tunnels.Join(answer, Connected, origin, origin, func(p Passed) { w.passed <- p }))
	})}
	go server.Serve(on)
	w.dial = func() net.Conn {
		conn, err := dial()
		must(t, err)
		conn.SetDeadline(time.Now().Add(24 * time.Hour))
		return conn
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		w.tunnels.Wait(ctx)
		server.Close()
		room.Close()
	})
	return w
}

// real has sockets of the kernel.
func real(t *testing.T) *world {
	leak.Check(t)
	on, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	room, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	to := func(l net.Listener) func() (net.Conn, error) {
		return func() (net.Conn, error) { return net.Dial("tcp4", l.Addr().String()) }
	}
	return serves(t, on, room, to(on), to(room))
}

// simulated runs in virtual time.
func simulated(t *testing.T, scene func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		n := network.Simulate(10 * time.Millisecond)
		defer n.Close()
		on, err := n.Listen(1)
		must(t, err)
		room, err := n.Listen(2)
		must(t, err)
		to := func(port string) func() (net.Conn, error) {
			return func() (net.Conn, error) { return n.DialContext(context.Background(), "tcp", network.Server+":"+port) }
		}
		w := serves(t, on, room, to("1"), to("2"))
		scene(w)
	})
}

type end struct {
	net.Conn
	*bufio.Reader
}

func (e end) Read(p []byte) (int, error) { return e.Reader.Read(p) }

// pair is a guest, who has said something behind its CONNECT, and the room.
func (w *world) pair(early string) (guest, room end) {
	w.t.Helper()
	conn := w.dial()
	_, err := io.WriteString(conn, "CONNECT room:9000 HTTP/1.1\r\nHost: room:9000\r\n\r\n"+early)
	must(w.t, err)
	guest = end{conn, bufio.NewReader(conn)}
	there, err := w.room.Accept()
	must(w.t, err)
	there.SetDeadline(time.Now().Add(24 * time.Hour))
	room = end{there, bufio.NewReader(there)}
	answer, err := http.ReadResponse(guest.Reader, &http.Request{Method: "CONNECT"})
	must(w.t, err)
	if answer.StatusCode != 200 || len(answer.Header) != 0 {
		w.t.Errorf("CONNECT is answered %s %v", answer.Status, answer.Header)
	}
	w.t.Cleanup(func() { guest.Conn.Close(); room.Conn.Close() })
	return guest, room
}

func (w *world) hears(e end, want string) {
	w.t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(e, got); err != nil || string(got) != want {
		w.t.Errorf("%.20q, %v instead of %.20q", got, err, want)
	}
}

func finishes(e end) { e.Conn.(interface{ CloseWrite() error }).CloseWrite() }

func TestWhatCameWithTheHeadIsTheFirstThatTheRoomHears(t *testing.T) {
	w := real(t)
	early := strings.Repeat("hello, wire\n", 300) // the server has read a part of it with the head
	guest, room := w.pair(early)
	io.WriteString(guest, "and more\n")
	w.hears(room, early+"and more\n")
	io.WriteString(room, "welcome\n")
	w.hears(guest, "welcome\n")
	guest.Conn.Close()
	room.Conn.Close()
	if p := <-w.passed; p.Up != int64(len(early+"and more\n")) || p.Down != int64(len("welcome\n")) {
		t.Errorf("it has counted %+v", p)
	}
}

func TestEachDirectionEndsByItself(t *testing.T) {
	for _, guestFirst := range []bool{true, false} {
		w := real(t)
		first, second := w.pair("")
		if !guestFirst {
			first, second = second, first
		}
		io.WriteString(first, "bye\n")
		finishes(first)
		if got, err := io.ReadAll(second); string(got) != "bye\n" || err != nil {
			t.Errorf("the second hears %q, %v", got, err)
		}
		long := bytes.Repeat([]byte("wire"), 1<<20)
		go func() {
			second.Write(long)
			finishes(second)
		}()
		if got, err := io.ReadAll(first); !bytes.Equal(got, long) || err != nil {
			t.Errorf("who has finished hears %d bytes, %v, want %d", len(got), err, len(long))
		}
		if p := <-w.passed; p.Err != nil || p.Up+p.Down != int64(len(long)+4) {
			t.Errorf("it has counted %+v", p)
		}
	}
}

func TestAResetIsPassedOn(t *testing.T) {
	w := real(t)
	guest, room := w.pair("")
	guest.Conn.(*net.TCPConn).SetLinger(0)
	guest.Conn.Close()
	if n, err := room.Read(make([]byte, 1)); !errno.Is(err, syscall.ECONNRESET) {
		t.Errorf("the room hears %d, %v, want a reset", n, err)
	}
	if p := <-w.passed; p.Err == nil {
		t.Error("nobody is told")
	}
}

func TestASecondHalfThatStaysSilentIsResetAfterAMinute(t *testing.T) {
	for _, guestFirst := range []bool{true, false} {
		simulated(t, func(w *world) {
			first, second := w.pair("")
			if !guestFirst {
				first, second = second, first
			}
			finishes(first)
			if _, err := second.Read(make([]byte, 1)); err != io.EOF {
				t.Errorf("the second hears %v", err)
			}
			begun := time.Now()
			for range 3 { // each byte gives it the time anew
				time.Sleep(50 * time.Second)
				io.WriteString(second, "x")
			}
			w.hears(first, "xxx")
			p := <-w.passed
			if took := time.Since(begun).Round(time.Second); !errors.Is(p.Err, errSilent) || took != 150*time.Second+w.tunnels.Half {
				t.Errorf("it ends after %v: %v", took, p.Err)
			}
		})
	}
}

func TestASilentTunnelIsKeptForAnHour(t *testing.T) {
	simulated(t, func(w *world) {
		guest, room := w.pair("")
		time.Sleep(59 * time.Minute)
		io.WriteString(guest, "still here\n")
		w.hears(room, "still here\n")
		begun := time.Now()
		if p := <-w.passed; !errors.Is(p.Err, errSilent) || time.Since(begun).Round(time.Second) != time.Hour {
			t.Errorf("after %v: %v", time.Since(begun), p.Err)
		}
	})
}

func TestStoppingEndsSilentTunnelsAndWaitsForBusyOnes(t *testing.T) {
	simulated(t, func(w *world) {
		silent, _ := w.pair("")
		busy, room := w.pair("")
		w.tunnels.Stop()
		begun := time.Now()
		go func() {
			for range 6 {
				time.Sleep(settle / 2)
				io.WriteString(room, "x")
			}
			room.Conn.Close()
			busy.Conn.Close()
		}()
		if _, err := silent.Read(make([]byte, 1)); err != io.EOF || time.Since(begun).Round(100*time.Millisecond) != settle {
			t.Errorf("the silent one sees %v after %v", err, time.Since(begun))
		}
		if cut := w.tunnels.Wait(w.t.Context()); cut != 0 {
			t.Errorf("cut off: %d", cut)
		}
		w.hears(busy, "")
		if took := time.Since(begun); took < 6*settle/2 {
			t.Errorf("the busy one had %v", took)
		}
	})
}

func TestWhoIsStillBusyAtTheEndOfTheDrainIsReset(t *testing.T) {
	w := real(t)
	guest, room := w.pair("")
	w.tunnels.Stop()
	go func() {
		for {
			if _, err := io.WriteString(room, "x"); err != nil {
				return
			}
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if cut := w.tunnels.Wait(ctx); cut != 1 {
		t.Errorf("cut off: %d", cut)
	}
	if _, err := io.Copy(io.Discard, guest); !errno.Is(err, syscall.ECONNRESET) {
		t.Errorf("the guest sees %v, want a reset", err)
	}
}

func TestTheTargetIsAHostAndAPort(t *testing.T) {
	for request, want := range map[string]string{
		"CONNECT a:443 HTTP/1.1":                               "a:443",
		"CONNECT [::1]:443 HTTP/1.1":                           "[::1]:443",
		"CONNECT a HTTP/1.1":                                   "",
		"CONNECT a: HTTP/1.1":                                  "",
		"CONNECT :443 HTTP/1.1":                                "",
		"CONNECT a:0 HTTP/1.1":                                 "",
		"CONNECT a:65536 HTTP/1.1":                             "",
		"CONNECT /a HTTP/1.1":                                  "",
		"CONNECT http://a:443/ HTTP/1.1":                       "",
		"CONNECT b@a:443 HTTP/1.1":                             "",
		"CONNECT a:443/b HTTP/1.1":                             "",
		"CONNECT a:443 HTTP/1.1\r\nContent-Length: 1":          "",
		"CONNECT a:443 HTTP/1.1\r\nTransfer-Encoding: chunked": "",
	} {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(request + "\r\nHost: a:443\r\n\r\n")))
		if err != nil {
			if want != "" {
				t.Errorf("%s: %v", request, err)
			}
			continue
		}
		if got, err := Target(r); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v, want %q", request, got, err, want)
		}
	}
}
