package hostile

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// pieces says a request byte by byte, as a slow line would.
func pieces(ctx context.Context, s Server) (f Finding, err error) {
	conn, err := s.dial(ctx)
	if err != nil {
		return f, err
	}
	defer conn.Close()
	for i := range s.Speaks.say {
		if _, err := conn.Write(s.Speaks.say[i : i+1]); err != nil {
			return fell("message", "it hung up after %d of %d bytes of a request", i, len(s.Speaks.say)), nil
		}
		time.Sleep(2 * time.Millisecond) // so that the server's read returns with one
	}
	if err := s.Speaks.hear(bufio.NewReader(conn)); err != nil {
		return fell("message", "a request in pieces is not answered as a whole one is: %v", err), nil
	}
	return held("a request in pieces is answered as a whole one is"), nil
}

// half says a request, and that nothing will follow.
func half(ctx context.Context, s Server) (f Finding, err error) {
	conn, err := s.dial(ctx)
	if err != nil {
		return f, err
	}
	defer conn.Close()
	if _, err := conn.Write(s.Speaks.say); err != nil {
		return f, err
	}
	if err := conn.CloseWrite(); err != nil {
		return f, err
	}
	if err := s.Speaks.hear(bufio.NewReader(conn)); err != nil {
		return fell("halfclose", "no whole answer to who has shut down its side: %v", err), nil
	}
	return held("the answer comes although the client has ended its half"), nil
}

// rude asks, and resets the connection instead of hearing the answer. It does so twenty times, since
// the reset has to arrive at a bad moment.
func rude(ctx context.Context, s Server) (f Finding, err error) {
	for range 20 {
		conn, err := s.dial(ctx)
		if err != nil {
			return f, err
		}
		conn.Write(s.Speaks.say) // that it fails is as good
		conn.SetLinger(0)
		conn.Close()
	}
	return held("20 resets, and the server is still there"), nil
}

// silent says nothing at all.
func silent(ctx context.Context, s Server) (f Finding, err error) {
	conn, err := s.dial(ctx)
	if err != nil {
		return f, err
	}
	defer conn.Close()
	begun := time.Now()
	conn.SetDeadline(begun.Add(s.Silence))
	_, err = io.Copy(io.Discard, conn)
	if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
		return Finding{Verdict: Unknown, Pitfall: "deadline",
			Saw: fmt.Sprintf("it is still listened to after %v; see whether that ends, with a longer --silence", s.Silence)}, nil
	}
	return held("it was hung up on after %v", time.Since(begun).Round(10*time.Millisecond)), nil
}

// many connects many times and says nothing. Then it leaves, and there has to be room again.
func many(ctx context.Context, s Server) (f Finding, err error) {
	var all []net.Conn
	defer func() {
		for _, conn := range all {
			conn.Close()
		}
	}()
	end := time.Now().Add(3 * enough) // a short backlog makes each wait for a second
	for len(all) < s.Many && time.Now().Before(end) {
		conn, err := s.dial(ctx)
		if err != nil {
			break // its backlog is full, or our descriptors are
		}
		all = append(all, conn)
	}
	during := s.asks(ctx)
	n := len(all)
	for _, conn := range all {
		conn.Close()
	}
	all = nil
	if after := s.asks(ctx); after != nil {
		return fell("emfile", "%d had connected and have left, and nobody is answered: %v", n, after), nil
	} else if during != nil {
		return Finding{Verdict: Unknown, Pitfall: "emfile", Saw: fmt.Sprintf("nobody else is answered while %d are there; they left, and all was well again", n)}, nil
	}
	return held("somebody else is answered while %d are there", n), nil
}

// unread sends a body to a server that may not want it. The answer has to come all the same.
func unread(ctx context.Context, s Server) (f Finding, err error) {
	conn, err := s.dial(ctx)
	if err != nil {
		return f, err
	}
	defer conn.Close()
	conn.SetReadBuffer(4 << 10) // what has arrived here would not be lost
	const size = 4 << 20
	sent := make(chan error, 1)
	go func() {
		_, err := io.Copy(conn, io.MultiReader(
			strings.NewReader(fmt.Sprintf("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n", size)),
			io.LimitReader(zeros{}, size)))
		sent <- err
	}()
	<-sent // all of it, or the server has closed; who sends first and reads then is who loses the answer
	if err := s.Speaks.hear(bufio.NewReader(conn)); err != nil {
		return fell("close", "the answer to a request with a body is lost: %v", err), nil
	}
	return held("the answer comes, whether the body was read or not"), nil
}

// handshake connects to a TLS server and says nothing. Others have to get their handshake.
func handshake(ctx context.Context, s Server) (f Finding, err error) {
	conn, err := s.dial(ctx)
	if err != nil {
		return f, err
	}
	defer conn.Close()
	if err := s.asks(ctx); err != nil {
		return fell("handshake", "while one does not begin its handshake nobody else gets one: %v", err), nil
	}
	return held("others get their handshake while one does not begin its own"), nil
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func held(format string, args ...any) Finding {
	return Finding{Verdict: Held, Saw: fmt.Sprintf(format, args...)}
}

func fell(pitfall, format string, args ...any) Finding {
	return Finding{Verdict: Fell, Pitfall: pitfall, Saw: fmt.Sprintf(format, args...)}
}
