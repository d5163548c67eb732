package life

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"onthewire/lessons/internal/experiment"
)

// Close lets a server answer a request and close, in five ways. The client reads only then.
var Close = experiment.Experiment{
	Name:     "close",
	Subjects: []string{"SO_LINGER"},
	About:    "What becomes of an answer at close",
	Do:       closeInFiveWays,
}

func closeInFiveWays(ctx context.Context, r *experiment.Report) (err error) {
	r.Shown = true
	for _, way := range []struct {
		setting string
		answer  func(net.Conn) (written int, err error)
		end     func(server *net.TCPConn) error
		whole   bool   // whether all of the answer arrives
		last    string // what the client reads behind it
	}{
		{"request read, then close", fillUp, readAndClose, true, "EOF"},
		{"one byte unread, then close", fillUp, leaveAByte, false, "ECONNRESET"},
		{"the same, a short answer", sayHello, leaveAByte, true, "ECONNRESET"},
		{"one byte unread, half-close first", fillUp, halfClose, true, "EOF"},
		{"request read, SO_LINGER 0, close", fillUp, reset, false, "ECONNRESET"},
	} {
		written, got, last, err := closed(ctx, way.answer, way.end)
		if err != nil {
			return err
		}
		share := "all of it"
		if got < written {
			share = fmt.Sprintf("%d %% of it", 100*got/written)
		}
		r.Add(way.setting, share+", then "+last)
		r.Shown = r.Shown && way.whole == (got == written) && way.last == last
	}
	r.Says = "Close promises to send what Write has taken. A byte that nobody has read breaks that promise: the kernel answers it with RST, and what had not arrived is gone."
	return nil
}

func readAndClose(server *net.TCPConn) error {
	if _, err := io.ReadFull(server, make([]byte, len(request))); err != nil {
		return err
	}
	return server.Close()
}

func leaveAByte(server *net.TCPConn) error {
	if _, err := io.ReadFull(server, make([]byte, len(request)-1)); err != nil {
		return err
	}
	return server.Close()
}

// halfClose sends FIN behind the answer, and closes when the client has closed as well.
func halfClose(server *net.TCPConn) error {
	if err := server.CloseWrite(); err != nil {
		return err
	}
	go func() {
		io.Copy(io.Discard, server)
		server.Close()
	}()
	return nil
}

func reset(server *net.TCPConn) error {
	if err := server.SetLinger(0); err != nil {
		return err
	}
	return readAndClose(server)
}

const request = "hello, wire\n"

// closed lets a server answer, and then end. It returns how much of the answer the kernel
// took, how much the client gets of that, and what the client reads last.
func closed(ctx context.Context, answer func(net.Conn) (int, error), end func(*net.TCPConn) error) (written, got int, last string, err error) {
	pair, err := experiment.Loopback(ctx)
	if err != nil {
		return 0, 0, "", err
	}
	defer pair.Close()
	_, err = io.WriteString(pair.Client, request)
	if err == nil {
		written, err = answer(pair.Server)
	}
	if err == nil {
		err = end(pair.Server)
	}
	if err != nil {
		return 0, 0, "", err
	}
	n, err := io.Copy(io.Discard, pair.Client)
	last = "EOF"
	if err != nil {
		last = experiment.ErrnoName(err)
	}
	return written, int(n), last, ctx.Err()
}

func sayHello(conn net.Conn) (written int, err error) { return io.WriteString(conn, "hello, wire\n") }

// fillUp writes until the kernel has taken nothing for a twentieth of a second. A part of
// that is in the client's receive buffer then, and by far the most in our own send buffer.
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
