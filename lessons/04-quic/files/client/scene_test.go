package client

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/files/server"
	"onthewire/lessons/04-quic/files/store"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/leak"
)

// way is what lies between the client and the server: 50 ms there and back.
var way = lab.Way{Delay: 25 * time.Millisecond, Rate: 1_750_000}

const roundTrip = 50 * time.Millisecond

// A scene is a server's folder and a client's, and a long way between them in virtual time.
type scene struct {
	*network.Network
	t           *testing.T
	there, here string
	serves      *store.Folder // nil: there
	authority   *devcert.Authority
	serverTLS   *tls.Config
	config      *quic.Config
	settings    *quic.Config // the client's
	address     net.Addr
	tickets     tls.ClientSessionCache

	mu   sync.Mutex
	said []string
}

func play(t *testing.T, do func(*testing.T, *scene)) {
	there, here := t.TempDir(), t.TempDir()
	leak.Check(t)
	synctest.Test(t, func(t *testing.T) {
		s := stage(t, network.Simulate(way.Delay), there, here)
		t.Cleanup(func() { s.Close() })
		must(t, s.Set(way))
		do(t, s)
	})
}

func stage(t *testing.T, n *network.Network, there, here string) *scene {
	t.Helper()
	authority, err := devcert.New()
	must(t, err)
	certificate, err := authority.Certificate()
	must(t, err)
	return &scene{
		Network: n, t: t, there: there, here: here,
		authority: authority, serverTLS: server.ServerTLS(certificate), config: server.Config(),
		settings: &quic.Config{HandshakeIdleTimeout: 2 * time.Second, MaxIdleTimeout: 5 * time.Second, KeepAlivePeriod: time.Second},
		tickets:  tls.NewLRUClientSessionCache(10),
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// listen listens on the server's side.
func (s *scene) listen() *quic.EarlyListener {
	s.t.Helper()
	socket, err := s.Server()
	must(s.t, err)
	transport := &quic.Transport{Conn: socket}
	listener, err := transport.ListenEarly(s.serverTLS, s.config)
	must(s.t, err)
	s.address = socket.LocalAddr()
	s.t.Cleanup(func() { transport.Close(); socket.Close() })
	return listener
}

// serve serves the folder. What it returns stops that, and returns when it has.
func (s *scene) serve() (serving *server.Server, stop func()) {
	s.t.Helper()
	listener := s.listen()
	folder := s.serves
	if folder == nil {
		folder = s.folder(s.there)
	}
	serving = &server.Server{Folder: folder, Idle: 10 * time.Second, Drain: 4 * time.Second}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serving.Serve(ctx, listener) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			s.t.Error(err)
		}
	})
	s.t.Cleanup(stop)
	return serving, stop
}

// lie answers each stream in a way of its own.
func (s *scene) lie(answer func(*quic.Stream)) {
	s.t.Helper()
	listener := s.listen()
	ctx, cancel := context.WithCancel(context.Background())
	s.t.Cleanup(cancel)
	go func() {
		for {
			conn, err := listener.Accept(ctx)
			if err != nil {
				return
			}
			go func() {
				for {
					stream, err := conn.AcceptStream(ctx)
					if err != nil {
						conn.CloseWithError(0, "")
						return
					}
					go answer(stream)
				}
			}()
		}
	}()
}

func (s *scene) folder(dir string) *store.Folder {
	s.t.Helper()
	f, err := store.Open(dir)
	must(s.t, err)
	f.Sync, f.Checkpoint = false, 64<<10
	s.t.Cleanup(func() { f.Close() })
	return f
}

// client makes a client, whose tickets are those of all.
func (s *scene) client() *Client {
	s.t.Helper()
	socket, err := s.Network.Client()
	must(s.t, err)
	transport := &quic.Transport{Conn: socket}
	config := server.ClientTLS(s.authority.Pool(), "localhost")
	config.ClientSessionCache = s.tickets
	c := &Client{Retry: 30 * time.Second, Idle: 10 * time.Second}
	c.Dial = func(ctx context.Context) (*quic.Conn, error) {
		return transport.DialEarly(ctx, s.address, config, s.settings)
	}
	c.Say = func(format string, args ...any) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.said = append(s.said, fmt.Sprintf(format, args...))
	}
	s.t.Cleanup(func() { c.Close(); transport.Close(); socket.Close() })
	return c
}

// says tells whether a person was told something.
func (s *scene) says(what string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Contains(strings.Join(s.said, "\n"), what)
}
