package fetch

import (
	"crypto/tls"
	"net/http/httptrace"
	"sync"
	"time"
)

// Phases are when each phase of a request was over, since it began. Where there was none, the
// time is zero: a lookup where the URL has an address, a TLS handshake in the clear. QUIC
// connects and shakes hands at once, so it has Handshake and no Connect.
type Phases struct {
	Lookup, Connect, Handshake, Request, FirstByte, Body time.Duration
}

// A watch notes them. Several connections may be tried at once: the last counts.
type watch struct {
	begun time.Time

	mu     sync.Mutex
	phases Phases
	ended  bool
}

func newWatch() *watch { return &watch{begun: time.Now()} }

// note notes that a phase is over.
func (w *watch) note(phase func(*Phases) *time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ended {
		*phase(&w.phases) = time.Since(w.begun)
	}
}

// trace hears of the phases from package net, from net/http and from http3.
func (w *watch) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		DNSDone: func(httptrace.DNSDoneInfo) { w.note(func(p *Phases) *time.Duration { return &p.Lookup }) },
		ConnectDone: func(network, _ string, err error) {
			if err == nil {
				w.note(func(p *Phases) *time.Duration { return &p.Connect })
			}
		},
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			if err == nil {
				w.note(func(p *Phases) *time.Duration { return &p.Handshake })
			}
		},
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err == nil {
				w.note(func(p *Phases) *time.Duration { return &p.Request })
			}
		},
		GotFirstResponseByte: func() { w.note(func(p *Phases) *time.Duration { return &p.FirstByte }) },
	}
}

// done ends the last phase, and with it the watch.
func (w *watch) done() Phases {
	w.note(func(p *Phases) *time.Duration { return &p.Body })
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	return w.phases
}
