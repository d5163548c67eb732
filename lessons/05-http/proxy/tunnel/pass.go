package tunnel

import (
	"errors"
	"io"
	"os"
	"time"
)

// pause is how long a direction splices before it looks whether it rests, and gives back the pipe.
const pause = 500 * time.Millisecond

// pass sends to one side what comes from the other, until that ends.
//
// io.Copy alone would do, and on Linux it splices: the bytes go from socket to socket through a
// pipe and are never ours. But it takes that pipe before it waits, and elsewhere a buffer of 32
// KB, so every silent direction would hold one. Here a few bytes are awaited first, and only if
// more has come than these is the rest spliced.
func (t *tunnel) pass(to, from *side, first []byte) error {
	if n, err := to.Write(first); err != nil {
		return err
	} else if n > 0 {
		t.moved()
	}
	few := make([]byte, 1<<10)
	for {
		n, err := from.from.Read(few)
		if _, err := to.Write(few[:n]); err != nil {
			return err
		}
		t.add(from, int64(n))
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if n < len(few) {
			continue
		}
		from.SetReadDeadline(time.Now().Add(pause))
		more, err := io.Copy(to.Conn, from.from)
		t.add(from, more)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return err // nil at the end
		}
		from.SetReadDeadline(time.Time{})
	}
}

func (t *tunnel) add(from *side, n int64) {
	if n > 0 {
		t.mu.Lock()
		from.passed += n
		t.mu.Unlock()
		t.moved()
	}
}
