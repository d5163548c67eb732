//go:build unix

package site

import (
	"net/http/httptest"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// To open it would wait for somebody who writes.
func TestAFIFOIsNoFile(t *testing.T) {
	s, dir := folder(t)
	if err := unix.Mkfifo(filepath.Join(dir, "fifo"), 0o600); err != nil {
		t.Skipf("no FIFO here: %v", err)
	}
	if w := ask(s, httptest.NewRequest("GET", "/files/fifo", nil)); w.Code != 404 {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}
