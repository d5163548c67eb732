// check says: a peer resets its connection, and the others are gone

package peers

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"slices"
	"sync"
	"time"
)

func serve(ctx context.Context, l net.Listener, idle time.Duration) error {
	ctx, end := context.WithCancel(ctx)
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
		talking.Go(func() {
			if err := talk(ctx, conn, idle); err != nil && err != io.EOF {
				end()
			}
		})
	}
}

func talk(ctx context.Context, conn net.Conn, idle time.Duration) error {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	lines := bufio.NewReader(limited{conn, idle})
	for {
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
