// check says: a slow peer never pauses for as long as it may, and is hung up on

package peers

import (
	"bufio"
	"bytes"
	"context"
	"net"
	"slices"
	"sync"
	"time"
)

func serve(ctx context.Context, l net.Listener, idle time.Duration) error {
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	var talking sync.WaitGroup
	defer talking.Wait()
	for {
		conn, err := l.Accept()
		if ctx.Err() != nil {
			return nil
		} else if err != nil {
			return err
		}
		talking.Go(func() { talk(ctx, conn, idle) }) // its error is its own
	}
}

func talk(ctx context.Context, conn net.Conn, idle time.Duration) error {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	lines := bufio.NewReader(conn)
	for {
		conn.SetReadDeadline(time.Now().Add(idle))
		line, err := lines.ReadSlice('\n') // bufio.ErrBufferFull where one has no end
		if err != nil {
			return err
		}
		if _, err := conn.Write(reverse(line)); err != nil {
			return err
		}
	}
}

// limited gives each read its own time, so that one who is slow is not taken for one who is silent.
type limited struct {
	net.Conn
	idle time.Duration
}

func (l limited) Read(p []byte) (int, error) {
	l.SetReadDeadline(time.Now().Add(l.idle))
	return l.Conn.Read(p)
}

func reverse(line []byte) []byte {
	text, _ := bytes.CutSuffix(line, []byte("\n"))
	slices.Reverse(text)
	return append(text, '\n')
}
