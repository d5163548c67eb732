// Package leak lets a test prove that it has left nothing behind.
package leak

import (
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// Check fails the test if, once it and its other cleanups are done, goroutines or
// descriptors are left that were not there when Check was called.
func Check(t testing.TB) {
	t.Helper()
	// The runtime opens its own poller with the first socket, and keeps it.
	if warm, err := net.Listen("tcp4", "127.0.0.1:0"); err == nil {
		warm.Close()
	}
	goroutines := goleak.IgnoreCurrent()
	before, known := Descriptors()
	t.Cleanup(func() {
		goleak.VerifyNone(t, goroutines)
		if !known {
			return
		}
		after, _ := Descriptors()
		for end := time.Now().Add(5 * time.Second); after > before && time.Now().Before(end); {
			runtime.GC() // package net keeps the pipes of splice(2) for the next io.Copy, in a sync.Pool
			time.Sleep(5 * time.Millisecond)
			after, _ = Descriptors()
		}
		if after > before {
			t.Errorf("%d descriptors were open before the test, %d are after it", before, after)
		}
	})
}

// Descriptors counts the open descriptors of this process, and tells whether this system
// shows them. Windows does not, and Wine has some of its own among those of Linux.
func Descriptors() (n int, known bool) {
	if runtime.GOOS == "windows" {
		return 0, false
	}
	for _, dir := range []string{"/proc/self/fd", "/dev/fd"} {
		if entries, err := os.ReadDir(dir); err == nil {
			return len(entries), true
		}
	}
	return 0, false
}
