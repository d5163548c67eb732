package oncall

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"onthewire/lessons/internal/exercise"
)

func TestAChatOutlivesItsHostileGuests(t *testing.T) {
	exercise.Check(t, func() error {
		inner, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return err
		}
		l := &listener{Listener: inner}
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		defer l.Close()
		type result struct{ err, panicked error }
		ended := make(chan result, 1)
		go func() {
			var res result
			res.panicked = exercise.Catch(func() error {
				res.err = newRoom().serve(ctx, l)
				return nil
			})
			ended <- res
		}()
		p := &party{listener: l}
		defer p.leave()
		party := make(chan error, 1)
		go func() { party <- p.happens() }()
		var wrong error
		select {
		case wrong = <-party:
		case res := <-ended: // a chat that has panicked is why its guests hear nothing
			if res.panicked != nil {
				return res.panicked
			}
			wrong = <-party
			ended <- res
		}
		stop()
		select {
		case res := <-ended:
			if res.panicked != nil {
				return res.panicked
			} else if wrong == nil && res.err != nil {
				return fmt.Errorf("the chat is stopped, and returns an error: %v", res.err)
			}
		case <-time.After(exercise.Timeout() / 4):
			if wrong == nil {
				return errors.New("the chat is stopped, and does not return")
			}
		}
		return wrong
	})
}
