package gateway

import (
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"time"

	"onthewire/lessons/05-http/proxy/hop"
)

// How long each step on the way to an origin may take.
const (
	Connecting = 3 * time.Second  // TCP, and TLS as well
	Thinking   = 30 * time.Second // from the whole request to the head of its answer
	Kept       = 30 * time.Second // that a connection is kept without a request; an origin should keep it longer
	perOrigin  = 250              // so many are kept for each; the library's default is 2
	maxAnswer  = 64 << 10         // bytes of an answer's head
)

// Transport asks by HTTP/1.1, which is what an upgrade needs.
func Transport(trust *tls.Config) *http.Transport {
	dialer := &net.Dialer{Timeout: Connecting}
	return &http.Transport{
		DialContext:            hop.Keeping(dialer.DialContext),
		DialTLSContext:         hop.Keeping((&tls.Dialer{NetDialer: dialer, Config: trust}).DialContext), // outside of TLS there is nothing to read
		ResponseHeaderTimeout:  Thinking,
		ExpectContinueTimeout:  time.Second, // then the body is sent unasked
		IdleConnTimeout:        Kept,
		MaxIdleConnsPerHost:    perOrigin,
		MaxResponseHeaderBytes: maxAnswer,
		DisableCompression:     true, // else it asks for gzip and unpacks it, where the client did not ask
	}
}

// blocks are kept for the next answer. ReverseProxy would make 32 KB for each.
type blocks struct{ sync.Pool }

func (b *blocks) Get() []byte {
	if block, ok := b.Pool.Get().(*[32 << 10]byte); ok {
		return block[:]
	}
	return make([]byte, 32<<10)
}

func (b *blocks) Put(block []byte) { b.Pool.Put((*[32 << 10]byte)(block)) }
