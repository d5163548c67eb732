//go:build !windows

package servertest

import (
	"errors"
	"net"
	"os"
	"runtime"
	"testing"
	"time"
)

// flood says more and more without reading, until nothing is taken any more, and returns
// how much of sent that was.
func flood(t *testing.T, conn *net.TCPConn, sent []byte) (taken int) {
	t.Helper()
	pause := 100 * time.Millisecond
	if runtime.GOOS != "linux" { // what its kernel holds a server may not know, so it has to be full itself
		pause = 500 * time.Millisecond // and a closed window is probed after 200 ms
	}
	for taken < len(sent) {
		conn.SetWriteDeadline(time.Now().Add(pause))
		n, err := conn.Write(sent[taken:min(len(sent), taken+1<<20)])
		taken += n
		if errors.Is(err, os.ErrDeadlineExceeded) && n == 0 {
			break
		}
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("write: %v", err)
		}
	}
	must(t, conn.SetWriteDeadline(time.Now().Add(timeout)))
	return taken
}
