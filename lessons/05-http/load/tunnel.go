package load

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Sink is an origin that sends as much as it can to who says a line, and nothing to all others.
func Sink(ctx context.Context) (address string, err error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	context.AfterFunc(ctx, func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				defer context.AfterFunc(ctx, func() { conn.Close() })()
				block := make([]byte, 1<<18)
				for line := make([]byte, 8); ; {
					if n, err := conn.Read(line); err != nil || line[n-1] == '\n' {
						break
					}
					conn.Write(line[:1])
				}
				for err := error(nil); err == nil; {
					_, err = conn.Write(block)
				}
			}()
		}
	}()
	return l.Addr().String(), nil
}

// Through connects with an origin through a tunnel.
func Through(ctx context.Context, proxy, origin string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", proxy)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", origin, origin)
	r := bufio.NewReaderSize(conn, 64)
	answer, err := http.ReadResponse(r, &http.Request{Method: http.MethodConnect})
	if err == nil && (answer.StatusCode != http.StatusOK || r.Buffered() > 0) {
		err = fmt.Errorf("CONNECT is answered %s, and %d bytes", answer.Status, r.Buffered())
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// Download asks on each connection, and reads from all of them for so long.
func Download(ctx context.Context, conns []net.Conn, during time.Duration) (bytes int64, took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, during)
	defer cancel()
	begun, failed := time.Now(), make(chan error, len(conns))
	var got atomic.Int64
	for _, conn := range conns {
		conn.SetDeadline(begun.Add(during + answer))
		go func() {
			_, err := io.WriteString(conn, "\n")
			for block := make([]byte, 1<<18); err == nil && ctx.Err() == nil; {
				var n int
				n, err = conn.Read(block)
				got.Add(int64(n))
			}
			failed <- err
		}()
	}
	for range conns {
		if one := <-failed; err == nil {
			err = one
		}
	}
	return got.Load(), time.Since(begun), err
}
