package waterfall

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"github.com/quic-go/quic-go/http3"

	"onthewire/lessons/05-http/network"
	"onthewire/lessons/internal/devcert"
)

const (
	small = 2_000   // bytes
	large = 60_000  // bytes
	most  = 1 << 20 // that the browser takes of one file
	port  = 443
)

// page is the document: it names ten small files and a large one.
func page() string {
	var text strings.Builder
	text.WriteString("<!doctype html><title>A page</title>\n")
	for i := range 10 {
		fmt.Fprintf(&text, "<img src=%q>\n", fmt.Sprintf("file-%d", i+1))
	}
	text.WriteString("<img src=\"large\">\n")
	return text.String()
}

var source = regexp.MustCompile(`src="([^"]+)"`)

// named are the files that a document names.
func named(document []byte) (names []string) {
	for _, found := range source.FindAllSubmatch(document, -1) {
		names = append(names, string(found[1]))
	}
	return names
}

// answer is one handler for all protocols.
func answer(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/":
		w.Write([]byte(page()))
	case r.URL.Path == "/large":
		w.Write(make([]byte, large))
	default:
		w.Write(make([]byte, small))
	}
}

// A server has the page, for HTTP/1.1 and HTTP/2 by TCP, and for HTTP/3 by UDP, on ports of the
// same number.
type server struct {
	trusts *tls.Config // what a client needs
	tcp    *http.Server
	quic   *http3.Server
	socket net.PacketConn
	ending sync.WaitGroup
}

func serve(n *network.Network) (*server, error) {
	authority, err := devcert.New()
	if err != nil {
		return nil, err
	}
	certificate, err := authority.Certificate(network.Server)
	if err != nil {
		return nil, err
	}
	listener, err := n.Listen(port)
	if err != nil {
		return nil, err
	}
	socket, err := n.ServerUDP(port)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	keys := &tls.Config{Certificates: []tls.Certificate{certificate}}
	s := &server{
		trusts: &tls.Config{RootCAs: authority.Pool()},
		tcp:    &http.Server{Handler: http.HandlerFunc(answer), TLSConfig: keys},
		quic:   &http3.Server{Handler: http.HandlerFunc(answer), TLSConfig: http3.ConfigureTLSConfig(keys)},
		socket: socket,
	}
	s.ending.Go(func() { s.tcp.ServeTLS(listener, "", "") })
	s.ending.Go(func() { s.quic.Serve(socket) })
	return s, nil
}

func (s *server) close() error {
	err := errors.Join(s.tcp.Close(), s.quic.Close(), s.socket.Close())
	s.ending.Wait()
	return err
}
