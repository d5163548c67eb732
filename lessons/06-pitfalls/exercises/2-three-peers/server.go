// Package peers is exercise 6.2: a server that runs, passes its test, and has three mistakes.
package peers

import (
	"bytes"
	"context"
	"io"
	"net"
	"slices"
	"sync"
	"time"

	"onthewire/lessons/internal/exercise"
)

// serve sends each line of each client back in reverse, until ctx ends. Then it returns nil, once
// all clients have gone. Whoever says nothing for as long as idle is hung up on.
func serve(ctx context.Context, l net.Listener, idle time.Duration) error {
	exercise.TODO("delete this line, and find out which peers this server does not stand")
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	var talking sync.WaitGroup
	defer talking.Wait()
	for {
		conn, err := l.Accept()
		if ctx.Err() != nil {
			break
		} else if err != nil {
			end(err)
			break
		}
		talking.Go(func() {
			if err := talk(ctx, conn); err != nil {
				end(err)
			}
		})
	}
	if err := context.Cause(ctx); err != context.Canceled {
		return err
	}
	return nil
}

func talk(ctx context.Context, conn net.Conn) error {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	line := make([]byte, 4096)
	for {
		n, err := conn.Read(line)
		if err == io.EOF || ctx.Err() != nil {
			return nil
		} else if err != nil {
			return err
		}
		if _, err := conn.Write(reverse(line[:n])); err != nil {
			return err
		}
	}
}

// reverse turns a line around, but for its end.
func reverse(line []byte) []byte {
	text, _ := bytes.CutSuffix(line, []byte("\n"))
	slices.Reverse(text)
	return append(text, '\n')
}
