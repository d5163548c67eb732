// Package proxytest plays the client and the origin of a proxy, byte for byte.
package proxytest

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"onthewire/lessons/05-http/pipe"
)

const timeout = 10 * time.Second // of what a network that is real does

// Must ends a test that cannot go on.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Listen opens a door on this machine.
func Listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	Must(t, err)
	return l
}

// Nobody is an address at which nobody listens. It is that of a client, so until the test is over
// nobody else gets its port.
func Nobody(t testing.TB) string {
	t.Helper()
	l := Listen(t)
	defer l.Close()
	client, err := net.Dial("tcp4", l.Addr().String())
	Must(t, err)
	t.Cleanup(func() { client.Close() })
	return client.LocalAddr().String()
}

// Serving has a proxy serve until the test is over, and says where.
func Serving(t *testing.T, serve func(ctx context.Context, l net.Listener) error) string {
	t.Helper()
	l := Listen(t)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// Origin serves one connection after the other as a test wants it to.
func Origin(t *testing.T, serve func(conn *net.TCPConn, r *bufio.Reader)) string {
	t.Helper()
	l := Listen(t)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.SetDeadline(time.Now().Add(timeout))
			serve(conn.(*net.TCPConn), bufio.NewReader(conn))
			conn.Close()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-ended
	})
	return l.Addr().String()
}

// Head reads to the empty line, or to the end.
func Head(r *bufio.Reader) string {
	var all strings.Builder
	for {
		line, err := r.ReadString('\n')
		all.WriteString(line)
		if err != nil || line == "\r\n" {
			return all.String()
		}
	}
}

// Split writes in pieces of so many bytes.
func Split(to io.Writer, text string, size int) {
	for len(text) > 0 {
		n := min(size, len(text))
		if _, err := io.WriteString(to, text[:n]); err != nil {
			return
		}
		text = text[n:]
	}
}

// Ask sends bytes to a proxy as they are, in pieces of so many.
func Ask(t *testing.T, proxy, request string, size int) (*bufio.Reader, *net.TCPConn) {
	t.Helper()
	conn, err := net.Dial("tcp", proxy)
	Must(t, err)
	t.Cleanup(func() { conn.Close() })
	Must(t, conn.SetDeadline(time.Now().Add(timeout)))
	Split(conn, request, size)
	return bufio.NewReader(conn), conn.(*net.TCPConn)
}

// Answered reads one answer, with all of its body.
func Answered(t *testing.T, r *bufio.Reader) (*http.Response, string) {
	t.Helper()
	answer, err := http.ReadResponse(r, nil)
	Must(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	Must(t, err)
	return answer, string(text)
}

// Dial is how a proxy gets to its origin.
type Dial = func(ctx context.Context, network, address string) (net.Conn, error)

// Silently plays a scene without a real network, in which nobody waits for a real minute. There is
// one client, and one connection to an origin.
func Silently(t *testing.T, serve func(ctx context.Context, l net.Listener, dial Dial) error, scene func(client, origin net.Conn)) {
	synctest.Test(t, func(t *testing.T) {
		asking, asked := net.Pipe()
		defer asked.Close()
		on := pipe.Listen()
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- serve(ctx, on, func(context.Context, string, string) (net.Conn, error) { return asking, nil })
		}()
		client, err := on.DialContext(ctx, "", "")
		Must(t, err)
		scene(client, asked)
		stop()
		client.Close()
		asked.Close()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
