package proxy

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"onthewire/lessons/05-http/proxy/hop"
	"onthewire/lessons/05-http/proxy/tunnel"
	"onthewire/lessons/05-http/proxy/via"
)

const (
	idleTunnel = time.Hour   // in which nothing moves; TCP's keep-alive finds who has vanished
	halfTunnel = time.Minute // if one side has ended
)

// connect dials first, and says 200 once there is somebody to talk to.
func (p *Proxy) connect(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Connection", "close") // behind a CONNECT that is refused comes no request
	begun := time.Now()
	fails := func(status int, why error) {
		http.Error(w, why.Error(), status)
		p.Watch(Done{Request: r, Status: status, Took: time.Since(begun), Err: why})
	}
	if via.Has(r.Header, p.name) {
		fails(http.StatusLoopDetected, errors.New(p.loops()))
		return
	}
	address, err := tunnel.Target(r)
	if err != nil {
		fails(http.StatusBadRequest, err)
		return
	}
	origin, err := p.to.DialTunnel(r.Context(), address)
	if err != nil {
		fails(StatusOf(err), fmt.Errorf("%s: %w", address, err))
		return
	}
	err = p.tunnels.Join(w, tunnel.Connected, origin, origin, func(passed tunnel.Passed) {
		p.Watch(Done{r, http.StatusOK, passed.Up, passed.Down, time.Since(begun), passed.Err})
	})
	if err != nil {
		fails(http.StatusInternalServerError, err)
	}
}

// wantsUpgrade is the protocol that the client asks for, such as websocket. Not HTTP/2: in there
// nobody would take out of requests what is not to be passed on.
func wantsUpgrade(r *http.Request) string {
	to := r.Header.Get("Upgrade")
	if !r.ProtoAtLeast(1, 1) || r.ContentLength != 0 || len(r.Header["Upgrade"]) != 1 || strings.ContainsAny(to, ", ") || strings.EqualFold(to, "h2c") {
		return ""
	}
	if !hop.Asks(r.Header, "Upgrade") {
		return ""
	}
	return to
}

// switches makes a tunnel of an exchange whose origin has changed over, and returns at its end.
func (p *Proxy) switches(w http.ResponseWriter, answer *http.Response, e *exchange) {
	e.over()
	e.timer.Stop()
	origin := e.origin.HandOver()
	hop.Strip(answer.Header)
	answer.Header.Set("Connection", "Upgrade")
	answer.Header.Set("Upgrade", e.upgrade)
	via.Add(answer.Header, answer.ProtoMajor, answer.ProtoMinor, p.name)
	var head strings.Builder
	head.WriteString("HTTP/1.1 101 Switching Protocols\r\n")
	answer.Header.Write(&head)
	head.WriteString("\r\n")
	ended := make(chan struct{})
	err := p.tunnels.Join(w, head.String(), origin, answer.Body, func(passed tunnel.Passed) {
		if counts, ok := w.(*counted); ok {
			counts.status, counts.up, counts.down, counts.err = http.StatusSwitchingProtocols, passed.Up, passed.Down, passed.Err
		}
		close(ended)
	})
	if err == nil {
		<-ended
	}
}

func (p *Proxy) loops() string { return "this request has been here: " + p.name + " is in its Via" }
