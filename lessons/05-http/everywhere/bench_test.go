package everywhere

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"

	"onthewire/lessons/05-http/pipe"
	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/network"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// delay is how long a packet takes in these tests, whose time is virtual. In the clear, TCP is a
// pipe, which takes none and holds nothing.
const delay = 10 * time.Millisecond

// A bench is a server in a bubble, and how clients come to it.
type bench struct {
	t      *testing.T
	server *Server
	net    *network.Network
	tls    net.Listener
	clear  *pipe.Listener
	udp    net.PacketConn
	trust  *tls.Config
	stop   context.CancelFunc
	ended  chan error
}

func serving(t *testing.T, handler http.HandlerFunc) *bench {
	t.Helper()
	authority, err := devcert.New()
	must(t, err)
	certificate, err := authority.Certificate()
	must(t, err)
	b := &bench{
		t: t, server: New(handler, certificate), net: network.Simulate(delay), clear: pipe.Listen(),
		trust: &tls.Config{RootCAs: authority.Pool(), ServerName: "localhost"}, ended: make(chan error, 1),
	}
	b.tls, err = b.net.Listen(443)
	must(t, err)
	b.udp, err = b.net.ServerUDP(443)
	must(t, err)
	ctx, stop := context.WithCancel(t.Context())
	b.stop = stop
	t.Cleanup(func() {
		stop()
		<-b.ended
		b.net.Close()
	})
	go func() { b.ended <- b.server.Serve(ctx, Listeners{TLS: b.tls, QUIC: b.udp, Clear: b.clear}) }()
	synctest.Wait() // all three accept
	return b
}

// stops waits for the server to end, and returns after how long, and how.
func (b *bench) stops() (time.Duration, error) {
	begun := time.Now()
	b.stop()
	err := <-b.ended
	b.ended <- nil
	return time.Since(begun), err
}

// A version is a protocol and a client of its own, with the address that it asks.
type version struct {
	name   string
	client func(b *bench) *http.Client
	url    string
}

var versions = []version{
	{"HTTP/1.1", func(b *bench) *http.Client { return b.overTCP(b.toTLS, (*http.Protocols).SetHTTP1) }, "https://localhost"},
	{"HTTP/2.0", func(b *bench) *http.Client { return b.overTCP(b.toTLS, (*http.Protocols).SetHTTP2) }, "https://localhost"},
	{"HTTP/3.0", (*bench).overUDP, "https://localhost"},
	{"HTTP/1.1 in the clear", func(b *bench) *http.Client { return b.overTCP(b.clear.DialContext, (*http.Protocols).SetHTTP1) }, "http://localhost"},
	{"HTTP/2.0 in the clear", func(b *bench) *http.Client {
		return b.overTCP(b.clear.DialContext, (*http.Protocols).SetUnencryptedHTTP2)
	}, "http://localhost"},
}

// toTLS connects to where the handshake comes first.
func (b *bench) toTLS(ctx context.Context, _, _ string) (net.Conn, error) {
	return b.net.DialContext(ctx, "tcp", network.Server+":443")
}

func (b *bench) overTCP(dial dialer, set func(*http.Protocols, bool)) *http.Client {
	var p http.Protocols
	set(&p, true)
	transport := &http.Transport{Protocols: &p, TLSClientConfig: b.trust.Clone(), DialContext: dial}
	b.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func (b *bench) overUDP() *http.Client {
	by := b.socket()
	transport := &http3.Transport{
		TLSClientConfig: b.trust.Clone(),
		Dial: func(ctx context.Context, _ string, config *tls.Config, settings *quic.Config) (*quic.Conn, error) {
			return by.DialEarly(ctx, b.udp.LocalAddr(), config, settings)
		},
	}
	b.t.Cleanup(func() { transport.Close() })
	return &http.Client{Transport: transport}
}

// socket is where a client of QUIC has its connections.
func (b *bench) socket() *quic.Transport {
	socket, err := b.net.ClientUDP()
	must(b.t, err)
	by := &quic.Transport{Conn: socket}
	b.t.Cleanup(func() {
		by.Close()
		socket.Close()
	})
	return by
}

// quic connects without a client that knows HTTP.
func (b *bench) quic() *quic.Conn {
	b.t.Helper()
	config := b.trust.Clone()
	config.NextProtos = []string{http3.NextProtoH3}
	conn, err := b.socket().Dial(b.t.Context(), b.udp.LocalAddr(), config, &quic.Config{MaxIdleTimeout: 10 * time.Minute})
	must(b.t, err)
	return conn
}

type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// dial connects by TCP.
func (b *bench) dial(to dialer) net.Conn {
	b.t.Helper()
	conn, err := to(b.t.Context(), "", "")
	must(b.t, err)
	b.t.Cleanup(func() { conn.Close() })
	return conn
}

// gets asks and reads all of the answer.
func gets(client *http.Client, url string) (string, error) {
	answer, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return string(body), err
}
