package site

import (
	"fmt"
	"net/http"
	"sync"
)

// notTooEarly refuses what a client has sent before the handshake was over, unless its method is
// safe (RFC 9110, 9.2.1): that may be a copy which somebody sends a second time, and later. The
// client hears so, and asks again after the handshake (RFC 8470). Only HTTP/3 gets here early,
// since Go's TLS takes no early data over TCP.
func notTooEarly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS != nil && !r.TLS.HandshakeComplete && !safe(r.Method) {
			http.Error(w, "ask again after the handshake: early, this could be a replay", http.StatusTooEarly)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func safe(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	return false
}

// A purse is paid from. Each POST takes ten out of the hundred that were in it, so it is neither
// safe nor idempotent.
type purse struct {
	mu   sync.Mutex
	paid int
}

func (p *purse) look(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.Header().Set("Cache-Control", "no-store")
	fmt.Fprintf(w, "%d left\n", 100-p.paid)
}

func (p *purse) pay(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.paid == 100 {
		http.Error(w, "nothing is left", http.StatusConflict)
		return
	}
	p.paid += 10
	fmt.Fprintf(w, "paid 10, %d left\n", 100-p.paid)
}
