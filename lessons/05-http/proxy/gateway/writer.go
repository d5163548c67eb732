package gateway

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"onthewire/lessons/05-http/proxy/hop"
)

// A writer is the answer on its way. It gives each piece a deadline of its own. Unwrap lets
// http.ResponseController find what it hides.
type writer struct {
	http.ResponseWriter
	e      *exchange
	status int
	bytes  atomic.Int64
}

func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader leaves 100 Continue to net/http, which says it once the body is read: the origin's is
// what lets us read. The server of HTTP/3 does not say it (quic-go v0.65.0). HTTP/1.0 knows no
// answer before the answer.
func (w *writer) WriteHeader(status int) {
	r := w.e.request
	if status < 200 && status != http.StatusSwitchingProtocols {
		if r.ProtoAtLeast(1, 1) && (status != http.StatusContinue || r.ProtoMajor == 3) {
			hop.Strip(w.Header())
			w.ResponseWriter.WriteHeader(status)
		}
		return
	}
	w.status = status
	if _, ok := w.Header()["Content-Type"]; !ok {
		w.Header()["Content-Type"] = nil // else net/http guesses one
	}
	w.e.upload.Early(w.Header())
	w.e.client.SetWriteDeadline(time.Now().Add(Silence)) // also for the last piece, which the server sends
	w.ResponseWriter.WriteHeader(status)
}

func (w *writer) Write(p []byte) (int, error) {
	w.e.client.SetWriteDeadline(time.Now().Add(Silence))
	n, err := w.ResponseWriter.Write(p)
	w.bytes.Add(int64(n))
	w.e.moved()
	return n, err
}

// Hijack is called by ReverseProxy when an origin has said 101. From then on we read what the
// client sends and what is sent to it without a word of HTTP. ReverseProxy reads from the
// connection only, and would lose what has come with the head.
func (w *writer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := w.e.client.Hijack()
	if err != nil {
		return nil, nil, err
	}
	w.status = http.StatusSwitchingProtocols
	w.e.allowed.Store(int64(Upgraded))
	w.e.moved()
	forget := context.AfterFunc(w.e.upgrades, func() { w.e.cancel(errStop) })
	context.AfterFunc(w.e.ctx, func() {
		forget()
		conn.Close() // else a client that reads nothing would hold us
	})
	return &upgraded{conn, buffered.Reader, w}, buffered, nil
}

// An upgraded is the client's connection once it is another protocol.
type upgraded struct {
	net.Conn
	first *bufio.Reader // what has come already, and then the connection
	w     *writer
}

func (u *upgraded) Read(p []byte) (int, error) {
	n, err := u.first.Read(p)
	u.w.e.moved()
	return n, err
}

func (u *upgraded) Write(p []byte) (int, error) {
	n, err := u.Conn.Write(p)
	u.w.bytes.Add(int64(n))
	u.w.e.moved()
	return n, err
}

// CloseWrite lets one direction end before the other. Both *net.TCPConn and *tls.Conn have it.
func (u *upgraded) CloseWrite() error {
	if half, ok := u.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return u.Conn.Close()
}
