//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package loop

import (
	"net"
	"syscall"
	"testing"
	"time"

	"onthewire/lessons/01-event-loop/sock"
)

// A read into no room returns 0, and so does a read at the end of the input.
func TestAClientWithoutRoomHasNotFinished(t *testing.T) {
	fds, at, err := sock.Listen(t.Context(), "127.0.0.1:0", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer sock.Close(fds[0])
	client, err := net.Dial("tcp", at.String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Write([]byte("hello, wire\n")); err != nil {
		t.Fatal(err)
	}
	fd, err := sock.Accept(fds[0])
	for end := time.Now().Add(10 * time.Second); err == syscall.EAGAIN && time.Now().Before(end); fd, err = sock.Accept(fds[0]) {
		time.Sleep(time.Millisecond)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer sock.Close(fd)
	l := &loop{Server: &Server{MaxPending: 4}, buf: make([]byte, buffer)}
	c := &conn{fd: fd, pending: []byte("full")}
	if l.read(c) || c.eof {
		t.Errorf("the client has sent 12 bytes and no FIN, but eof is %v", c.eof)
	}
}
