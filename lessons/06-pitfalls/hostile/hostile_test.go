package hostile

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"onthewire/lessons/internal/leak"
)

// serve has a server that does as serve says with each listener, until the test ends.
func serve(t *testing.T, serve func(net.Listener)) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go serve(l)
	return l.Addr().String()
}

// each serves every connection in a goroutine of its own.
func each(on func(net.Conn)) func(net.Listener) {
	return func(l net.Listener) {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				conn.SetDeadline(time.Now().Add(20 * time.Second))
				on(conn)
			}()
		}
	}
}

func echo(conn net.Conn) { io.Copy(struct{ io.Writer }{conn}, conn) }

// found is what a client finds out about a server.
func found(t *testing.T, address string, speaks Protocol, name string) Finding {
	t.Helper()
	return foundWithin(t, 500*time.Millisecond, address, speaks, name)
}

// foundWithin is for a server that others have to be answered by, on a machine that may be busy.
func foundWithin(t *testing.T, answer time.Duration, address string, speaks Protocol, name string) Finding {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	server := Server{Addr: address, Speaks: speaks, Answer: answer, Silence: 50 * time.Millisecond, Many: 50}
	for _, c := range clients {
		if c.name == name {
			f, err := c.play(ctx, server)
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
	}
	t.Fatalf("there is no client %q", name)
	return Finding{}
}

func falls(t *testing.T, address string, speaks Protocol, client, pitfall string) {
	t.Helper()
	if f := found(t, address, speaks, client); f.Verdict != Fell || f.Pitfall != pitfall {
		t.Errorf("%+v", f)
	}
}

func TestGoodServersHold(t *testing.T) {
	greet := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello, wire\n") })
	plain, secure := httptest.NewServer(greet), httptest.NewTLSServer(greet)
	t.Cleanup(plain.Close)
	t.Cleanup(secure.Close)
	for name, address := range map[string]string{
		"echo": serve(t, each(echo)), "http": plain.Listener.Addr().String(), "tls": secure.Listener.Addr().String(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			server := Server{Addr: address, Answer: 5 * time.Second, Silence: 10 * time.Millisecond, Many: 50}
			var err error
			if server.Speaks, err = server.Detect(ctx); err != nil || server.Speaks.Name != name {
				t.Fatalf("%s is taken for %s: %v", name, server.Speaks.Name, err)
			}
			played := 0
			if err := server.Play(ctx, func(f Finding) {
				played++
				if f.Verdict == Fell || f.Verdict == Unknown && f.Client != "one that says nothing" && f.Client != "never reads" {
					t.Errorf("%+v", f)
				}
			}); err != nil {
				t.Fatal(err)
			}
			if played < 4 {
				t.Errorf("%d clients were played", played)
			}
		})
	}
}

func TestWhoTakesAReadForARequestIsNamed(t *testing.T) {
	t.Parallel()
	falls(t, serve(t, each(func(conn net.Conn) {
		buf := make([]byte, 512)
		if n, err := conn.Read(buf); err == nil && n == len("hello, wire\n") {
			conn.Write(buf[:n])
		}
	})), Echo, "one byte at a time", "message")
}

func TestWhoTakesAHalfCloseForACloseIsNamed(t *testing.T) {
	t.Parallel()
	falls(t, serve(t, each(func(conn net.Conn) {
		if all, err := io.ReadAll(conn); err != nil {
			conn.Write(all)
		} // and at the end the client is thought to have gone
	})), Echo, "says all, and shuts down its side", "halfclose")
}

func TestWhoServesOneAfterTheOtherIsNamed(t *testing.T) {
	t.Parallel()
	falls(t, serve(t, func(l net.Listener) {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.SetDeadline(time.Now().Add(5 * time.Second))
			echo(conn)
			conn.Close()
		}
	}), Echo, "never reads", "blocking")
}

func TestWhoKeepsEveryAnswerIsNamed(t *testing.T) {
	t.Parallel()
	f := foundWithin(t, 20*time.Second, serve(t, each(func(conn net.Conn) {
		answers := make(chan []byte, 1<<20)
		defer close(answers)
		go func() {
			for a := range answers {
				conn.Write(a)
			}
		}()
		for {
			buf := make([]byte, 64<<10)
			n, err := conn.Read(buf)
			if err != nil {
				return
			}
			answers <- buf[:n]
		}
	})), Echo, "never reads")
	if f.Verdict != Fell || f.Pitfall != "unlimited" {
		t.Errorf("%+v", f)
	}
}

// nginx does so, which answers a thousand requests on a connection and no more.
func TestWhoAnswersOneAndThrowsTheRestAwayHolds(t *testing.T) {
	t.Parallel()
	address := serve(t, each(func(conn net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
			conn.(*net.TCPConn).CloseWrite()
			io.Copy(io.Discard, conn)
		}
	}))
	if f := foundWithin(t, 20*time.Second, address, HTTP, "never reads"); f.Verdict != Held {
		t.Errorf("%+v", f)
	}
}

func TestWhoClosesWithABodyUnreadIsNamed(t *testing.T) {
	t.Parallel()
	falls(t, serve(t, each(func(conn net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 400000\r\n\r\n"+strings.Repeat(".", 400_000))
		}
	})), HTTP, "sends a body that nobody may read", "close")
}

func TestWhoEndsAcceptingIsNamed(t *testing.T) {
	t.Parallel()
	falls(t, serve(t, func(l net.Listener) {
		var open atomic.Int64
		for {
			conn, err := l.Accept()
			if err != nil || open.Add(1) > 20 { // as if descriptors had run out
				return
			}
			go func() {
				defer open.Add(-1)
				defer conn.Close()
				echo(conn)
			}()
		}
	}), Echo, "many that say nothing", "emfile")
}

func TestWhoShakesHandsInItsAcceptLoopIsNamed(t *testing.T) {
	t.Parallel()
	secure := httptest.NewUnstartedServer(nil)
	secure.StartTLS()
	config := secure.TLS
	secure.Close()
	falls(t, serve(t, func(l net.Listener) {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.SetDeadline(time.Now().Add(5 * time.Second))
			tls.Server(conn, config).Handshake()
			conn.Close()
		}
	}), TLS, "begins no handshake", "handshake")
}

func TestAServerThatAResetEndsIsSeenToBeGone(t *testing.T) {
	address := serve(t, func(l net.Listener) {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, err = io.Copy(struct{ io.Writer }{conn}, conn)
			conn.Close()
			if err != nil {
				l.Close()
				return
			}
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last Finding
	server := Server{Addr: address, Speaks: Echo, Answer: 5 * time.Second, Silence: time.Millisecond, Many: 1}
	if err := server.Play(ctx, func(f Finding) { last = f }); err != nil {
		t.Fatal(err)
	}
	if last.Client != "resets" || last.Verdict != Fell || !strings.Contains(last.Saw, "nobody is answered") {
		t.Errorf("%+v", last)
	}
}

func TestWhoHangsUpOnTheSilentHolds(t *testing.T) {
	t.Parallel()
	address := serve(t, each(func(conn net.Conn) {
		conn.SetReadDeadline(time.Now().Add(time.Millisecond))
		echo(conn)
	}))
	if f := found(t, address, Echo, "one that says nothing"); f.Verdict != Held {
		t.Errorf("%+v", f)
	}
	if f := found(t, serve(t, each(echo)), Echo, "one that says nothing"); f.Verdict != Unknown {
		t.Errorf("%+v", f)
	}
}

func TestACallOffEndsItSoon(t *testing.T) {
	leak.Check(t)
	address := serve(t, each(echo))
	ctx, cancel := context.WithCancel(t.Context())
	server := Server{Addr: address, Speaks: Echo, Answer: 5 * time.Second, Silence: time.Hour, Many: 1}
	err := server.Play(ctx, func(f Finding) {
		if f.Client == "many that say nothing" {
			cancel()
		}
	})
	if err != context.Canceled {
		t.Errorf("it ends with %v", err)
	}
}
