package life

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"onthewire/lessons/02-socket-options/experiments"
)

// Close lets a server answer a request and close, in four ways. The client reads only then.
func Close(ctx context.Context) (experiments.Report, error) {
	var r experiments.Report
	r.Shown = true
	for _, way := range []struct {
		setting string
		polite  bool
		close   func(server *net.TCPConn) error
	}{
		{"request read, then close", true, func(server *net.TCPConn) error {
			if _, err := io.ReadFull(server, make([]byte, len(request))); err != nil {
				return err
			}
			return server.Close()
		}},
		{"one byte unread, then close", false, func(server *net.TCPConn) error {
			if _, err := io.ReadFull(server, make([]byte, len(request)-1)); err != nil {
				return err
			}
			return server.Close()
		}},
		{"one byte unread, half-close first", true, func(server *net.TCPConn) error {
			if err := server.CloseWrite(); err != nil {
				return err
			}
			go func() {
				io.Copy(io.Discard, server) // until the client has closed as well
				server.Close()
			}()
			return nil
		}},
		{"request read, SO_LINGER 0, close", false, func(server *net.TCPConn) error {
			if _, err := io.ReadFull(server, make([]byte, len(request))); err != nil {
				return err
			}
			if err := server.SetLinger(0); err != nil {
				return err
			}
			return server.Close()
		}},
	} {
		written, got, ending, err := closed(ctx, way.close)
		if err != nil {
			return r, err
		}
		share := "all of it"
		if got < written {
			share = fmt.Sprintf("%d %% of it", 100*got/written)
		}
		r.Add(way.setting, share+", then "+ending)
		if whole := got == written && ending == "EOF"; whole != way.polite {
			r.Shown = false
		}
	}
	r.Says = "Close promises to send what Write has taken. A byte that nobody has read breaks that promise: the kernel answers it with RST, and what had not arrived is gone."
	return r, nil
}

const request = "hello, wire\n"

// closed lets a server write as much as the kernel takes from it, and then end. It returns
// how much that was, how much of it the client gets, and what the client reads last.
func closed(ctx context.Context, end func(server *net.TCPConn) error) (written, got int, ending string, err error) {
	client, server, err := connection(ctx)
	if err != nil {
		return 0, 0, "", err
	}
	defer client.Close()
	defer context.AfterFunc(ctx, func() { client.Close(); server.Close() })()
	_, err = io.WriteString(client, request)
	if err == nil {
		written, err = fillUp(server)
	}
	if err == nil {
		err = end(server)
	}
	if err != nil {
		server.Close()
		return 0, 0, "", err
	}
	n, err := io.Copy(io.Discard, client)
	switch {
	case err == nil:
		ending = "EOF"
	case errors.Is(err, syscall.ECONNRESET):
		ending = "ECONNRESET"
	default:
		ending = err.Error()
	}
	return written, int(n), ending, ctx.Err()
}

// fillUp writes until the kernel has taken nothing for a twentieth of a second.
func fillUp(conn net.Conn) (written int, err error) {
	block := make([]byte, 64<<10)
	for {
		conn.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
		n, err := conn.Write(block)
		written += n
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return written, nil
		}
		if err != nil {
			return written, err
		}
	}
}
