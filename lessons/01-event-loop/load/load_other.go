//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package load

import (
	"context"
	"errors"
	"time"

	"onthewire/lessons/01-event-loop/poller"
)

// A Crowd needs epoll or kqueue, and this system has neither.
type Crowd struct {
	Progress func(answered int)
}

// Open says what the lesson runs on.
func Open(context.Context, Plan) (*Crowd, error) {
	_, err := poller.New()
	return nil, err
}

func (*Crowd) Opened() int { return 0 }
func (*Crowd) Run(context.Context, time.Duration) (Result, error) {
	return Result{}, errors.ErrUnsupported
}
func (*Crowd) Close() {}
