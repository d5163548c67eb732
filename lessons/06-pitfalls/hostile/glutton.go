package hostile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

const (
	most   = 64 << 20               // bytes; the kernel's buffers of both sides together hold less
	stuck  = 500 * time.Millisecond // without a byte that is taken, three times in a row
	enough = 10 * time.Second
)

// glutton asks as fast as it can, and never reads an answer. The server has to stop reading from it
// when the kernel takes no more answers, and meanwhile go on with everybody else.
func glutton(ctx context.Context, s Server) (f Finding, err error) {
	conn, err := s.dial(ctx)
	if err != nil {
		return f, err
	}
	defer conn.Close()
	conn.SetReadBuffer(128 << 10) // so that this takes less time
	requests := bytes.Repeat(s.Speaks.say, 1+(64<<10)/len(s.Speaks.say))
	taken, end := 0, time.Now().Add(enough)
	for pauses := 0; taken < most && time.Now().Before(end) && pauses < 3; {
		conn.SetWriteDeadline(time.Now().Add(stuck))
		n, err := conn.Write(requests[taken%len(requests):])
		if taken += n; n > 0 {
			pauses = 0
		}
		if errors.Is(err, os.ErrDeadlineExceeded) { // it takes no more, or has no time just now
			pauses++
		} else if err != nil {
			break // it has hung up
		}
		if pauses == 0 {
			continue
		}
		if others := s.asks(ctx); others != nil {
			return fell("blocking", "while one does not read, nobody else is answered: %v", others), nil
		}
	}
	if others := s.asks(ctx); others != nil {
		return fell("blocking", "while one does not read, nobody else is answered: %v", others), nil
	}
	var ended error
	if taken >= most { // it may have ended, and throw away what comes
		conn.SetReadDeadline(time.Now().Add(enough))
		_, ended = io.CopyN(io.Discard, conn, most/4)
	}
	switch {
	case taken >= most && ended != nil && !errors.Is(ended, os.ErrDeadlineExceeded):
		return held("it ends with one that does not read, throws away what that still says, and others are answered"), nil
	case taken >= most:
		return fell("unlimited", "it takes %d MB of requests from one that reads no answer, and keeps the answers", taken>>20), nil
	case !time.Now().Before(end):
		return Finding{Verdict: Unknown, Pitfall: "unlimited", Saw: fmt.Sprintf("after %v it still takes requests from one that reads no answer", enough)}, nil
	}
	return held("after %.1f MB it takes no more from one that does not read, and others are answered", float64(taken)/1e6), nil
}
