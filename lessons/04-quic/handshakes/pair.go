package handshakes

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/echo"
	"onthewire/lessons/internal/devcert"
)

// A pair is a client and a server, with all that they keep from one visit to the next. The
// client keeps tickets and tokens. The server keeps only the keys by which it knows its own
// again.
type pair struct {
	Handshake

	clientTLS, serverTLS   *tls.Config
	clientQUIC, serverQUIC *quic.Config
	tokenKey               quic.TokenGeneratorKey

	tickets, tokens chan struct{} // one has come
}

func newPair(h Handshake) (*pair, error) {
	authority, err := devcert.New()
	if err != nil {
		return nil, err
	}
	certificate, err := authority.Certificate(names(h.long)...)
	if err != nil {
		return nil, err
	}
	p := &pair{
		Handshake:  h,
		clientTLS:  echo.ClientTLS(authority.Pool(), "localhost"),
		serverTLS:  echo.ServerTLS(certificate),
		clientQUIC: &quic.Config{},
		serverQUIC: echo.Config(),
		tickets:    make(chan struct{}, 1), tokens: make(chan struct{}, 1),
	}
	p.serverQUIC.Allow0RTT = h.early
	if h.tls != 0 {
		p.clientTLS.MaxVersion = h.tls
	}
	if h.x25519 {
		p.clientTLS.CurvePreferences = []tls.CurveID{tls.X25519}
	}
	if h.resumed {
		p.clientTLS.ClientSessionCache = sessions{tls.NewLRUClientSessionCache(1), p.tickets}
		var key [32]byte
		rand.Read(key[:])
		p.serverTLS.SetSessionTicketKeys([][32]byte{key})
	}
	if h.token {
		p.clientQUIC.TokenStore = tokens{quic.NewLRUTokenStore(1, 1), p.tokens}
		rand.Read(p.tokenKey[:])
	}
	return p, nil
}

// names are those of the certificate. A hundred and sixty of them make it 5 KB long, as long
// as a chain of several certificates.
func names(long bool) []string {
	all := []string{"localhost"}
	for i := range 160 {
		if long {
			all = append(all, fmt.Sprintf("customer-%03d.on-the-wire.test", i))
		}
	}
	return all
}

// sessions is a cache that tells when a ticket has come. Of QUIC and TLS 1.3 it comes after
// the handshake.
type sessions struct {
	tls.ClientSessionCache
	come chan struct{}
}

func (s sessions) Put(key string, state *tls.ClientSessionState) {
	s.ClientSessionCache.Put(key, state)
	if state != nil {
		tell(s.come)
	}
}

// tokens is a store that tells when a token has come, in a NEW_TOKEN frame.
type tokens struct {
	quic.TokenStore
	come chan struct{}
}

func (t tokens) Put(key string, token *quic.ClientToken) {
	t.TokenStore.Put(key, token)
	tell(t.come)
}

func tell(come chan struct{}) {
	select {
	case come <- struct{}{}:
	default:
	}
}

// kept waits until the client has what the next visit needs. Tokens serve once, and a ticket
// should (RFC 8446, appendix C.4), so each visit has to bring new ones.
func (p *pair) kept(ctx context.Context) error {
	for _, need := range []struct {
		what  string
		needs bool
		come  chan struct{}
	}{{"session ticket", p.resumed, p.tickets}, {"token", p.token, p.tokens}} {
		if !need.needs {
			continue
		}
		select {
		case <-need.come:
		case <-ctx.Done():
			return fmt.Errorf("wait for a %s: %w", need.what, ctx.Err())
		}
	}
	return nil
}
