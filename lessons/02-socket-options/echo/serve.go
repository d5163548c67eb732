package echo

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// Serve echoes to every client until the context ends, then lets each handler write what
// it has read, and returns. A client's error costs that client its connection. accepted
// hears of each.
func Serve(ctx context.Context, listener net.Listener, accepted func(peer net.Addr)) error {
	var handlers sync.WaitGroup
	defer handlers.Wait()
	defer listener.Close()
	closed := make(chan struct{})
	forget := context.AfterFunc(ctx, func() { listener.Close(); close(closed) })
	defer func() {
		if !forget() {
			<-closed // Accept fails a moment before the descriptor is closed
		}
	}()
	for pause := time.Duration(0); ; {
		conn, err := listener.Accept()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				conn.Close()
			}
			return nil
		case isTemporary(err):
			// Out of descriptors, most likely: wait until somebody leaves.
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			select {
			case <-time.After(pause):
			case <-ctx.Done():
			}
			continue
		case err != nil:
			return err
		}
		pause = 0
		accepted(conn.RemoteAddr())
		handlers.Go(func() { echo(ctx, conn) })
	}
}

func isTemporary(err error) bool {
	failed, ok := errors.AsType[net.Error](err)
	return ok && failed.Temporary() //lint:ignore SA1019 the one question that package net can answer here
}

func echo(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	// What is in flight goes out; nothing new is read.
	defer context.AfterFunc(ctx, func() { conn.SetReadDeadline(time.Unix(1, 0)) })()
	block := make([]byte, 4096)
	for {
		n, err := conn.Read(block)
		if n > 0 {
			// SO_SNDTIMEO means nothing here. A deadline does, and it is a point in time.
			conn.SetWriteDeadline(time.Now().Add(writeTimeout))
			if _, err := conn.Write(block[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
