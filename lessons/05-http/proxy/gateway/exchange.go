package gateway

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"onthewire/lessons/05-http/proxy/upload"
)

// How long nothing may move.
const (
	Silence  = time.Minute     // in the middle of a message, from either side
	Upgraded = 5 * time.Minute // once it is another protocol, whose own pings we cannot read
)

var (
	errSilent = errors.New("nothing has moved for too long")
	errStop   = errors.New("the gateway stops")
)

// An exchange is a request on its way, and what is known of it meanwhile.
type exchange struct {
	ctx      context.Context
	cancel   context.CancelCauseFunc
	upgrades context.Context
	request  *http.Request
	client   *http.ResponseController
	timer    *time.Timer // runs out when nothing moves
	allowed  atomic.Int64
	upload   *upload.Upload

	origin string
	err    error
}

type exchangeKey struct{}

func exchangeOf(r *http.Request) *exchange { return r.Context().Value(exchangeKey{}).(*exchange) }

// newExchange takes the deadlines of the server in front away, each of which is one for the whole
// of a message.
func (g *Gateway) newExchange(w http.ResponseWriter, r *http.Request) *exchange {
	e := &exchange{request: r, client: http.NewResponseController(w), upgrades: g.upgrades}
	ctx, cancel := context.WithCancelCause(r.Context())
	if ctx.Value(http.ServerContextKey) == nil { // where it is missing, as by HTTP/3, ReverseProxy ends half an answer as if it were whole
		ctx = context.WithValue(ctx, http.ServerContextKey, new(http.Server))
	}
	e.ctx, e.cancel = context.WithValue(ctx, exchangeKey{}, e), cancel
	e.client.SetReadDeadline(time.Time{})
	e.client.SetWriteDeadline(time.Time{})
	e.upload = upload.New(e.client, r, e.moved)
	e.allowed.Store(int64(Silence))
	e.timer = time.AfterFunc(Silence, func() {
		if e.ctx.Err() != nil {
			return // it is over, and the connection perhaps another's
		}
		e.cancel(errSilent)
		if !e.upload.Sent() {
			e.client.SetReadDeadline(time.Now()) // a body that does not come knows of no context
		}
	})
	return e
}

func (e *exchange) moved() { e.timer.Reset(time.Duration(e.allowed.Load())) }

func (e *exchange) end() {
	e.timer.Stop()
	e.cancel(nil)
	e.upload.End()
}
