package everywhere

import (
	"context"
	"sync"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
)

// An idleTimer ends a connection of HTTP/3 that has no request. http3.Server's IdleTimeout counts
// a stream from its first byte on: a head that is sent byte by byte would stop that clock for
// ever. This one counts requests.
type idleTimer struct {
	mu       sync.Mutex
	timer    *time.Timer
	requests int
}

type idleKey struct{}

// watchIdle is an http3.Server's ConnContext.
func watchIdle(ctx context.Context, conn *quic.Conn) context.Context {
	idle := &idleTimer{timer: time.AfterFunc(IdleTimeout, func() {
		conn.CloseWithError(quic.ApplicationErrorCode(http3.ErrCodeNoError), "idle")
	})}
	context.AfterFunc(conn.Context(), func() { idle.timer.Stop() })
	return context.WithValue(ctx, idleKey{}, idle)
}

// busy tells the timer of a request, and returns what tells its end.
func busy(ctx context.Context) (done func()) {
	idle, ok := ctx.Value(idleKey{}).(*idleTimer)
	if !ok {
		return func() {}
	}
	idle.add(1)
	return func() { idle.add(-1) }
}

func (i *idleTimer) add(n int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.requests += n; i.requests > 0 {
		i.timer.Stop()
	} else {
		i.timer.Reset(IdleTimeout)
	}
}
