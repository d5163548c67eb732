package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// How long nothing may move.
const (
	Silence  = time.Minute     // in the middle of a message, from either side
	Upgraded = 5 * time.Minute // once it is another protocol, whose own pings we cannot read
	linger   = 2 * time.Second // for who still sends to hear that it need not
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
	sent     atomic.Bool // the client has sent all of its body
	broken   atomic.Bool // its body cannot be read to the end
	reading  sync.Mutex
	over     atomic.Bool // nothing is to be read any more

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
	e.sent.Store(r.ContentLength == 0)
	e.allowed.Store(int64(Silence))
	e.timer = time.AfterFunc(Silence, func() {
		if e.ctx.Err() != nil {
			return // it is over, and the connection perhaps another's
		}
		e.cancel(errSilent)
		if !e.sent.Load() {
			e.client.SetReadDeadline(time.Now()) // a body that does not come knows of no context
		}
	})
	return e
}

func (e *exchange) moved() { e.timer.Reset(time.Duration(e.allowed.Load())) }

// end is called before the handler returns. The transport may still be reading the body, and if
// net/http finds it doing so, it takes the deadline away and then waits for the rest for ever.
func (e *exchange) end() {
	e.timer.Stop()
	e.cancel(nil)
	if e.sent.Load() {
		return
	}
	e.over.Store(true)
	e.client.SetReadDeadline(time.Now())
	e.reading.Lock() // nobody does any more
	defer e.reading.Unlock()
	e.client.SetReadDeadline(time.Now().Add(linger))
}

// early is for an answer that is there before the request is. By HTTP/1.1 net/http would first
// read on, for a client that does not listen while it speaks. What comes of the body must not be
// taken for the next request, so the connection ends. HTTP/2 and HTTP/3 end the stream.
func (e *exchange) early(fields http.Header) {
	if e.request.ProtoMajor == 1 && !e.sent.Load() {
		e.client.EnableFullDuplex()
		fields.Set("Connection", "close")
	}
}

// A body is what the client sends.
type body struct {
	io.ReadCloser
	e *exchange
}

func (b *body) Read(p []byte) (int, error) {
	b.e.reading.Lock()
	defer b.e.reading.Unlock()
	if b.e.over.Load() {
		return 0, http.ErrBodyReadAfterClose
	}
	n, err := b.ReadCloser.Read(p)
	b.e.moved()
	switch err {
	case nil:
	case io.EOF:
		b.e.sent.Store(true)
	default:
		b.e.broken.Store(true)
	}
	return n, err
}
