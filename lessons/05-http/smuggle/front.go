// Package smuggle has proxies in front of servers, and clients who ask through them. If a proxy
// and its server disagree about where a request ends, one client's words become another's.
//
// Read it in this order: front.go (a proxy), houses.go (what proxies and servers there are),
// attacks.go (what the attacker sends), play.go (who is told what), downgrade.go (a proxy that takes
// HTTP/2 and asks in HTTP/1.1).
package smuggle

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"sync"
)

// A Front passes requests on as they are, byte for byte, to one server. All its clients share
// one connection to that server, as they do behind most proxies.
type Front struct {
	Frame func(*bufio.Reader) error // reads one request, to where it ends
	Dial  func() (net.Conn, error)  // the server

	mu      sync.Mutex
	back    net.Conn // nil if there is none yet, or the server has closed it
	answers *bufio.Reader
}

// Serve passes on one request after the other.
func (f *Front) Serve(client net.Conn) error {
	var seen bytes.Buffer
	in := bufio.NewReader(io.TeeReader(client, &seen))
	for {
		if err := f.Frame(in); err != nil {
			if err != io.EOF {
				io.WriteString(client, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			}
			return err
		}
		request := seen.Next(seen.Len() - in.Buffered())
		if err := f.pass(client, request); err != nil {
			return err
		}
	}
}

// pass sends a request to the server, and what comes next from there to the client.
func (f *Front) pass(client io.Writer, request []byte) (err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.back == nil {
		if f.back, err = f.Dial(); err != nil {
			return err
		}
		f.answers = bufio.NewReader(f.back)
	}
	if _, err := f.back.Write(request); err != nil {
		return err
	}
	answer, err := http.ReadResponse(f.answers, nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.Close {
		defer func() { f.back.Close(); f.back = nil }()
	}
	return answer.Write(client)
}
