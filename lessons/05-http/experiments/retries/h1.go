// Package retries has experiments with requests that are sent twice: by net/http, by us, and by
// everybody at once.
package retries

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"

	"onthewire/lessons/05-http/experiments/network"
)

// A fault is what a server does to the first request for /tested. It answers the second.
type fault string

const (
	closes   fault = "it closes"                 // the request is read, and no answer comes
	oneByte  fault = "it sends one byte, closes" // of the answer
	busy     fault = "it says 503"               //
	refuses  fault = "REFUSED_STREAM"            // HTTP/2: RST_STREAM
	goesAway fault = "GOAWAY"                    // HTTP/2: the stream's number is above the last one
)

// A server speaks by hand, so that it can misbehave. It counts the requests for /tested.
type server struct {
	fault  fault
	tested atomic.Int32
	conns  sync.WaitGroup
}

// serve serves until stop is called.
func (s *server) serve(n *network.Network, each func(net.Conn)) (stop func()) {
	listener, done := n.Listen("server:80"), make(chan struct{})
	s.conns.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.conns.Go(func() {
				defer conn.Close()
				ended := make(chan struct{})
				defer close(ended)
				s.conns.Go(func() { // whoever waits in Read hears of the end
					select {
					case <-done:
						conn.Close()
					case <-ended:
					}
				})
				each(conn)
			})
		}
	})
	return func() {
		listener.Close()
		close(done)
		s.conns.Wait()
	}
}

func (s *server) speakHTTP1(conn net.Conn) {
	for r := bufio.NewReader(conn); ; {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		io.Copy(io.Discard, req.Body)
		status := "200 OK"
		if req.URL.Path == "/tested" && s.tested.Add(1) == 1 {
			switch s.fault {
			case closes:
				return
			case oneByte:
				io.WriteString(conn, "H")
				return
			case busy:
				status = "503 Service Unavailable"
			}
		}
		fmt.Fprintf(conn, "HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n", status)
	}
}
