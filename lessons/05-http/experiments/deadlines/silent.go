// Package deadlines has experiments with clients that give up: who ends the wait, and what the
// server sees of it.
package deadlines

import (
	"bufio"
	"fmt"
	"net/http"
	"sync"

	"onthewire/lessons/05-http/experiments/network"
)

// A phase is where a server falls silent.
type phase string

const (
	dial   phase = "dial"   // the SYN has no answer
	hello  phase = "TLS"    // nor has the ClientHello
	upload phase = "upload" // nobody reads what the client sends
	head   phase = "head"   // the request has arrived, and no answer comes
	body   phase = "body"   // half an answer comes
)

var phases = []phase{dial, hello, upload, head, body}

// silent serves on a network, and falls silent until stop is called.
func silent(n *network.Network, at phase) (url string, stop func()) {
	if at == dial {
		n.Silence("server:80")
		return "http://server/", func() {}
	}
	scheme, address := "http", "server:80"
	if at == hello {
		scheme, address = "https", "server:443"
	}
	listener, done := n.Listen(address), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer conn.Close()
				if at == head || at == body {
					http.ReadRequest(bufio.NewReader(conn))
				}
				if at == body {
					fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello, ")
				}
				<-done
			})
		}
	})
	return scheme + "://server/", func() {
		listener.Close()
		close(done)
		all.Wait()
	}
}
