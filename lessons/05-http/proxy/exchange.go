package proxy

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"sync"
	"time"

	"onthewire/lessons/05-http/proxy/destination"
	"onthewire/lessons/05-http/proxy/hop"
	"onthewire/lessons/05-http/proxy/upload"
)

var errSilent = errors.New("nothing has moved for too long")

// An exchange is a request on its way, and what is known of it meanwhile.
type exchange struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer // runs out when nothing moves
	client *http.ResponseController
	upload *upload.Upload
	named  []string // in the Connection of the answer

	upgrade string // to which protocol the client wants to change over

	mu      sync.Mutex
	origin  *hop.Conn
	interim int  // answers before the answer
	begun   bool // the answer itself
	whole   bool // has come, so nobody waits for more of it
	here    bool // some of it has been written, and has not been sent
}

func newExchange(w http.ResponseWriter, r *http.Request) *exchange {
	e := &exchange{upgrade: wantsUpgrade(r)}
	e.ctx, e.cancel = context.WithCancelCause(r.Context())
	e.client = http.NewResponseController(w)
	e.client.SetWriteDeadline(time.Time{}) // that of the answer before
	e.upload = upload.New(e.client, r, e.moved)
	e.timer = time.AfterFunc(silence, func() {
		if e.ctx.Err() == nil {
			e.cancel(errSilent)
			e.client.SetReadDeadline(time.Now()) // a body that does not come knows of no context
		}
	})
	trace := &httptrace.ClientTrace{
		GotConn: func(got httptrace.GotConnInfo) {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.origin = got.Conn.(*hop.Conn)
			e.origin.Begin(e.push)
		},
		PutIdleConn: func(error) { e.over() },
	}
	if r.ProtoAtLeast(1, 1) { // HTTP/1.0 knows no answer before the answer
		// Who waits for 100 Continue has it from net/http, which writes it once the body is read.
		// The origin's is what lets us read, so passing that on as well would be a second one.
		waits := r.ContentLength != 0 && r.Header.Get("Expect") != ""
		trace.Got1xxResponse = func(status int, fields textproto.MIMEHeader) error {
			if waits && status == http.StatusContinue {
				return nil
			}
			return e.passInterim(w, status, http.Header(fields))
		}
	}
	e.ctx = httptrace.WithClientTrace(e.ctx, trace)
	return e
}

func (e *exchange) moved() { e.timer.Reset(silence) }

func (e *exchange) end() {
	e.over()
	e.timer.Stop()
	e.cancel(nil)
	e.upload.End()
}

// passInterim passes 100 Continue or 103 Early Hints on, as a proxy has to (RFC 9110, section
// 15.2). It is called by another goroutine, which may come late.
func (e *exchange) passInterim(w http.ResponseWriter, status int, fields http.Header) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.interim++; e.interim > 5 {
		return errors.New("one answer after the other, and none is the last")
	}
	if e.begun {
		return nil
	}
	hop.Strip(fields)
	copyFields(w.Header(), fields, "")
	w.WriteHeader(status)
	clear(w.Header())
	return nil
}

// answered looks at what the round trip has ended with.
func (e *exchange) answered(answer *http.Response, err error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.begun = true
	if err != nil {
		return err
	}
	to := answer.Header.Get("Upgrade")
	if answer.StatusCode == http.StatusSwitchingProtocols && (e.upgrade == "" || !strings.EqualFold(to, e.upgrade)) {
		err = errors.New("it switches to another protocol, which nobody has asked for")
	} else {
		e.named, err = e.origin.Named(answer)
	}
	if err != nil {
		answer.Body.Close()
	}
	return err
}

// push sends what is here, since we are about to wait for more. The library calls it, by
// whichever goroutine reads from the origin.
func (e *exchange) push() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.here && !e.whole {
		e.here = false
		e.client.Flush() // if that fails, the next Write does too
	}
}

// over leaves the rest to net/http's server. The connection may be another exchange's by now.
func (e *exchange) over() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.whole = true
}

// StatusOf is what a client is told of an origin that did not answer.
func StatusOf(err error) int {
	if refused, ok := errors.AsType[*destination.Refused](err); ok && refused.Itself {
		return http.StatusLoopDetected
	} else if ok {
		return http.StatusForbidden
	}
	timeout, ok := errors.AsType[net.Error](err)
	if errors.Is(err, errSilent) || ok && timeout.Timeout() {
		return http.StatusGatewayTimeout
	}
	return http.StatusBadGateway
}

// pieces go to the client together, as long as they come without a pause.
type pieces struct {
	http.ResponseWriter
	e *exchange
}

func (p *pieces) WriteHeader(status int) {
	p.e.mu.Lock()
	defer p.e.mu.Unlock()
	p.e.client.SetWriteDeadline(time.Now().Add(silence)) // also for the last piece, which the server sends
	p.ResponseWriter.WriteHeader(status)
	p.e.here = true
}

func (p *pieces) Write(b []byte) (int, error) {
	p.e.mu.Lock()
	defer p.e.mu.Unlock()
	p.e.client.SetWriteDeadline(time.Now().Add(silence))
	n, err := p.ResponseWriter.Write(b)
	p.e.here = true
	p.e.moved()
	return n, err
}
