package migrate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// Again is what becomes of a feed over TCP.
type Again struct {
	Seen  []string      // the client's addresses, as the server saw them
	Twice int           // bytes that came a second time
	Pause time.Duration // from the change until a byte came that was new
}

// BeginAgain receives half of a feed over TCP, gives up the address that it came to, and
// receives all of it at another one. Nothing less will do: a TCP connection is known by a pair of
// sockets, which are two addresses and two ports (RFC 9293, section 4), and no call exchanges
// one of them.
func (f Feed) BeginAgain(ctx context.Context, listener net.Listener, from, to net.Addr) (again Again, err error) {
	served := make(chan error, 1)
	go func() {
		var err error
		again.Seen, err = f.serveTwice(ctx, listener)
		served <- err
	}()
	defer func() {
		if err != nil {
			listener.Close()
		}
		err = errors.Join(err, <-served)
	}()
	first, err := dial(ctx, from, listener.Addr())
	if err != nil {
		return again, err
	}
	got, err := f.Receive(ctx, first, first.Close)
	if !errors.Is(err, net.ErrClosed) {
		return again, fmt.Errorf("a connection that was closed goes on: %v", err)
	}
	changed := time.Now()
	second, err := dial(ctx, to, listener.Addr())
	if err != nil {
		return again, err
	}
	defer second.Close()
	defer context.AfterFunc(ctx, func() { second.SetDeadline(time.Now()) })()
	twice, err := io.CopyN(io.Discard, second, int64(got.Bytes))
	if err != nil {
		return again, fmt.Errorf("receive again: %w", err)
	}
	again.Twice = int(twice)
	if _, err := second.Read(make([]byte, 1)); err != nil {
		return again, fmt.Errorf("receive the rest: %w", err)
	}
	again.Pause = time.Since(changed)
	_, err = io.Copy(io.Discard, second)
	return again, err
}

func dial(ctx context.Context, from, to net.Addr) (net.Conn, error) {
	conn, err := (&net.Dialer{LocalAddr: from}).DialContext(ctx, to.Network(), to.String())
	if err != nil {
		return nil, fmt.Errorf("dial %v: %w", to, err)
	}
	return conn, nil
}

// serveTwice sends the feed to one client, and when that has gone, to another. Neither knows of
// the other.
func (f Feed) serveTwice(ctx context.Context, listener net.Listener) (seen []string, err error) {
	for range 2 {
		conn, err := listener.Accept()
		if err != nil {
			return seen, fmt.Errorf("accept: %w", err)
		}
		seen = append(seen, conn.RemoteAddr().String())
		f.Send(ctx, conn, func() {}) // to the first, until that has gone
		conn.Close()
	}
	return seen, nil
}
