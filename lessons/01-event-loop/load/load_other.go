//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package load

import (
	"context"
	"errors"
	"time"

	"onthewire/lessons/01-event-loop/poller"
)

// Clients need epoll or kqueue, and this system has neither.
type Clients struct {
	Progress func(answered int)
}

// Open says what the lesson runs on.
func Open(context.Context, Plan) (*Clients, error) {
	_, err := poller.New()
	return nil, err
}

func (*Clients) Opened() int { return 0 }
func (*Clients) Run(context.Context, time.Duration) (Result, error) {
	return Result{}, errors.ErrUnsupported
}
func (*Clients) Close() {}
