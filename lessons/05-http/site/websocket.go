package site

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

// What a WebSocket may bring and how long it may be silent.
const (
	MaxMessage = 32 << 10 // bytes
	Silence    = time.Minute
	GoingAway  = time.Second // for the client to answer our close frame
)

// webSocket sends every message back. In HTTP/1.1 a connection becomes a WebSocket (101). HTTP/2
// and HTTP/3 have no 101 and no Upgrade. There a stream becomes one, by an extended CONNECT (RFC
// 8441, RFC 9220), which this server does not speak: it says so in the words of the RFCs.
func (s *Site) webSocket(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodConnect:
		http.Error(w, "no WebSocket over "+version(r)+" here, use HTTP/1.1", http.StatusNotImplemented)
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "a WebSocket begins with GET", http.StatusMethodNotAllowed)
	case r.ProtoMajor > 1:
		http.Error(w, "a WebSocket begins with an Upgrade, which "+version(r)+" has not; use HTTP/1.1", http.StatusHTTPVersionNotSupported)
	default:
		conn, err := websocket.Accept(w, r, nil) // a page from elsewhere may not; 426 without Upgrade
		if err == nil {
			s.echo(conn)
		}
	}
}

// version is that of the connection: of an extended CONNECT, r.Proto is what it asks for.
func version(r *http.Request) string {
	if r.ProtoMajor == 2 {
		return "HTTP/2"
	}
	return "HTTP/3"
}

// echo reads and answers until the client closes, is silent for too long or says too much, or the
// server drains. The connection is hijacked: no timeout of http.Server's holds any more, and
// Shutdown does not know it.
func (s *Site) echo(conn *websocket.Conn) {
	defer conn.CloseNow()
	if s.Draining != nil {
		defer context.AfterFunc(s.Draining, func() {
			defer time.AfterFunc(GoingAway, func() { conn.CloseNow() }).Stop() // Close itself waits for 5 s
			conn.Close(websocket.StatusGoingAway, "the server stops")
		})()
	}
	conn.SetReadLimit(MaxMessage) // a longer message ends the connection with 1009
	for echoed(conn) == nil {
	}
}

func echoed(conn *websocket.Conn) error {
	ctx, cancel := context.WithTimeout(context.Background(), Silence)
	defer cancel()
	kind, message, err := conn.Reader(ctx)
	if err != nil {
		return err
	}
	data, err := io.ReadAll(message)
	if err != nil {
		return err
	}
	return conn.Write(ctx, kind, data)
}
