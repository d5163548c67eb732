//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package loop

import (
	"testing"

	"golang.org/x/sys/unix"
)

// A read into no room returns 0, and so does a read at the end of the input.
func TestAClientWithoutRoomHasNotFinished(t *testing.T) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[0])
	defer unix.Close(pair[1])
	if _, err := unix.Write(pair[1], []byte("hello, wire\n")); err != nil {
		t.Fatal(err)
	}
	l := &loop{Server: &Server{MaxPending: 4}, buf: make([]byte, buffer)}
	c := &conn{fd: pair[0], pending: []byte("full")}
	if l.read(c) || c.eof {
		t.Errorf("the client has sent 12 bytes and no FIN, but eof is %v", c.eof)
	}
}
