package gateway

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"

	"onthewire/lessons/05-http/everywhere"
	"onthewire/lessons/05-http/pipe"
	"onthewire/lessons/05-http/proxy/hop"
	"onthewire/lessons/05-http/proxy/proxytest"
	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/network"
)

var must, head = proxytest.Must, proxytest.Head

// A bench is a gateway in a bubble. Its origins are pipes, and so is the way in the clear.
type bench struct {
	t       *testing.T
	gateway *Gateway
	net     *network.Network
	clear   *pipe.Listener
	udp     net.PacketConn
	trust   *tls.Config
	stop    context.CancelFunc
	ended   chan error
	done    chan Done
	heard   chan string
}

// An answering is what an origin does with a connection. It may tell the test what it has heard.
type answering func(conn net.Conn, r *bufio.Reader, heard chan<- string)

// behind are origins by their names.
type behind map[string]answering

// in runs a scene with one origin.
func in(t *testing.T, origin answering, scene func(t *testing.T, b *bench)) {
	synctest.Test(t, func(t *testing.T) { scene(t, serving(t, behind{"a": origin}, "http://a")) })
}

func serving(t *testing.T, origins behind, to ...string) *bench {
	t.Helper()
	authority, err := devcert.New()
	must(t, err)
	certificate, err := authority.Certificate()
	must(t, err)
	b := &bench{
		t: t, net: network.Simulate(time.Millisecond), clear: pipe.Listen(), ended: make(chan error, 1), done: make(chan Done, 100), heard: make(chan string, 100),
		trust: &tls.Config{RootCAs: authority.Pool(), ServerName: "localhost"},
	}
	transport := Transport(nil)
	dial := dialing(t, origins, b.heard)
	transport.DialContext = hop.Keeping(func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, Connecting)
		defer cancel()
		return dial(ctx, network, address)
	})
	var urls []*url.URL
	for _, text := range to {
		u, err := url.Parse(text)
		must(t, err)
		urls = append(urls, u)
	}
	b.gateway = New("us", urls, transport)
	b.gateway.Watch = func(d Done) { b.done <- d }
	b.gateway.Proxy.ErrorLog = log.New(io.Discard, "", 0)
	secured, err := b.net.Listen(443)
	must(t, err)
	b.udp, err = b.net.ServerUDP(443)
	must(t, err)
	server := b.gateway.Server(certificate)
	server.TCP.ErrorLog = b.gateway.Proxy.ErrorLog
	ctx, stop := context.WithCancel(t.Context())
	b.stop = stop
	b.gateway.Stopping = ctx
	t.Cleanup(func() {
		stop()
		<-b.ended
		transport.CloseIdleConnections()
		b.net.Close()
	})
	go func() {
		b.ended <- b.gateway.Serve(ctx, server, everywhere.Listeners{TLS: secured, QUIC: b.udp, Clear: b.clear})
	}()
	synctest.Wait()
	return b
}

// dialing connects to an origin by its name. Where there is none, nobody listens.
func dialing(t *testing.T, origins behind, heard chan<- string) func(ctx context.Context, network, address string) (net.Conn, error) {
	listeners := map[string]*pipe.Listener{}
	for name, answer := range origins {
		l := pipe.Listen()
		listeners[name+":80"] = l
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				go func() {
					defer conn.Close()
					answer(conn, bufio.NewReader(conn), heard)
				}()
			}
		}()
		t.Cleanup(func() { l.Close() })
	}
	closed := pipe.Listen()
	closed.Close()
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		l, ok := listeners[address]
		if !ok {
			l = closed
		}
		return l.DialContext(ctx, network, address)
	}
}

// says is an origin that answers each connection's first request with these bytes, and closes.
func says(answer string) answering {
	return func(conn net.Conn, r *bufio.Reader, heard chan<- string) {
		heard <- head(r)
		io.WriteString(conn, answer)
	}
}

// named is an origin that answers every request with its name.
func named(name string) answering {
	return func(conn net.Conn, r *bufio.Reader, heard chan<- string) {
		for head(r) != "" {
			heard <- name
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"+name)
		}
	}
}

// ask sends bytes to the gateway as they are, and reads nothing yet.
func (b *bench) ask(request string) (*bufio.Reader, net.Conn) {
	b.t.Helper()
	conn, err := b.clear.DialContext(b.t.Context(), "", "")
	must(b.t, err)
	b.t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(time.Hour))
	go io.WriteString(conn, request) // a pipe holds nothing
	return bufio.NewReader(conn), conn
}

// answered reads one, with all of its body.
func answered(t *testing.T, r *bufio.Reader) (*http.Response, string, error) {
	t.Helper()
	answer, err := http.ReadResponse(r, nil)
	must(t, err)
	body, err := io.ReadAll(answer.Body)
	return answer, string(body), err
}

// A version is a protocol and a client of its own.
type version struct {
	name   string
	client func(*bench) http.RoundTripper
}

var versions = []version{
	{"HTTP/1.1", func(b *bench) http.RoundTripper { return b.overTCP((*http.Protocols).SetHTTP1) }},
	{"HTTP/2.0", func(b *bench) http.RoundTripper { return b.overTCP((*http.Protocols).SetHTTP2) }},
	{"HTTP/3.0", (*bench).overUDP},
}

// each runs a scene by every protocol.
func each(t *testing.T, origin answering, scene func(t *testing.T, b *bench, v version)) {
	for _, v := range versions {
		t.Run(v.name, func(t *testing.T) {
			in(t, origin, func(t *testing.T, b *bench) { scene(t, b, v) })
		})
	}
}

func (b *bench) overTCP(set func(*http.Protocols, bool)) http.RoundTripper {
	var only http.Protocols
	set(&only, true)
	transport := &http.Transport{Protocols: &only, TLSClientConfig: b.trust.Clone(), DialContext: b.net.DialContext}
	b.t.Cleanup(transport.CloseIdleConnections)
	return transport
}

func (b *bench) overUDP() http.RoundTripper {
	socket, err := b.net.ClientUDP()
	must(b.t, err)
	by := &quic.Transport{Conn: socket}
	transport := &http3.Transport{
		TLSClientConfig: b.trust.Clone(),
		Dial: func(ctx context.Context, _ string, config *tls.Config, settings *quic.Config) (*quic.Conn, error) {
			return by.DialEarly(ctx, b.udp.LocalAddr(), config, settings)
		},
	}
	b.t.Cleanup(func() {
		transport.Close()
		by.Close()
		socket.Close()
	})
	return transport
}

func (b *bench) request(ctx context.Context, method string, body io.Reader) *http.Request {
	b.t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, "https://"+network.Server+"/x?a=1", body)
	must(b.t, err)
	return r
}
