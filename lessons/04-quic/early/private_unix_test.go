//go:build unix

package early

import (
	"os"
	"strings"
	"testing"
)

func TestNobodyElseReadsATicketOrGivesOne(t *testing.T) {
	folder := t.TempDir() + "/tickets"
	tickets := open(t, folder, "127.0.0.1:5000")
	tickets.Put(name, session(t))
	for path, want := range map[string]os.FileMode{folder: 0o700, tickets.path(name): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, %v", path, info.Mode(), err)
		}
	}
	os.Chmod(tickets.path(name), 0o622)
	if _, ok := tickets.Get(name); ok {
		t.Error("a ticket is used that others could have written")
	}
	os.Chmod(folder, 0o755)
	if _, err := OpenTickets(folder, "127.0.0.1:5000"); err == nil || !strings.Contains(err.Error(), folder) {
		t.Errorf("a folder that others can read is used: %v", err)
	}
}
