package grid

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// serve gives the bytes to a real server of net/http, which refuses more than its function
// ReadRequest does. Where the messages end, that function tells: the server calls the same code.
func serve(ctx context.Context, request string) (Verdict, error) {
	v := walk("net/http", request, standard)
	v.Status, v.Why = 0, ""
	served, broken := 0, error(nil)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			broken = err
			panic(http.ErrAbortHandler) // it closes the connection, and logs nothing
		}
		served++
	})}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	c := &script{in: strings.NewReader(request), closed: make(chan struct{})}
	server.Serve(&once{conn: c})
	if ctx.Err() != nil {
		return Verdict{}, ctx.Err()
	}
	if v.Waits && served == len(v.Messages) {
		return v, nil // what the server says to half a request comes of the FIN behind it
	}
	v.Messages, v.Waits = v.Messages[:min(served, len(v.Messages))], false
	if broken != nil {
		v.Status, v.Why = http.StatusBadRequest, broken.Error() // as a handler would say
		return v, nil
	}
	answers := bufio.NewReader(&c.out)
	for range served {
		if _, err := http.ReadResponse(answers, nil); err != nil {
			return Verdict{}, err
		}
	}
	if refusal, err := http.ReadResponse(answers, nil); err == nil {
		why, _ := io.ReadAll(refusal.Body)
		v.Status, v.Why = refusal.StatusCode, string(why)
	}
	return v, nil
}

// A script is a connection that brings bytes from memory, and then the peer's FIN.
type script struct {
	in     *strings.Reader
	out    bytes.Buffer
	once   sync.Once
	closed chan struct{}
}

func (s *script) Read(p []byte) (int, error)  { return s.in.Read(p) }
func (s *script) Write(p []byte) (int, error) { return s.out.Write(p) }
func (s *script) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}
func (s *script) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (s *script) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (s *script) SetDeadline(time.Time) error      { return nil }
func (s *script) SetReadDeadline(time.Time) error  { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }

// once is a listener for one connection. It ends when that connection does.
type once struct {
	conn     *script
	accepted bool
}

func (o *once) Accept() (net.Conn, error) {
	if !o.accepted {
		o.accepted = true
		return o.conn, nil
	}
	<-o.conn.closed
	return nil, net.ErrClosed
}
func (o *once) Close() error   { return nil }
func (o *once) Addr() net.Addr { return &net.TCPAddr{} }
