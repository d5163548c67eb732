//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package contest

import (
	"net"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"onthewire/lessons/01-event-loop/load"
	"onthewire/lessons/internal/measure"
)

// The others are held against it, so it may not be fast by being wrong.
func TestTheServerInCEchoesWithoutAFault(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("it is written for epoll, and only Linux has that")
	}
	if _, err := exec.LookPath("cc"); err != nil {
		t.Skip("there is no C compiler: apt install gcc libc6-dev")
	}
	program, remove, err := BuildC(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer remove()
	server, address, err := measure.Server{Name: "C", Command: []string{program, "{port}"}}.Start(t.Context(), measure.Anywhere)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Kill()
	leaveAtTheWrongMoment(t, address)
	for _, plan := range []load.Plan{
		{Conns: 100, Payload: 64, Pipeline: 1},
		{Conns: 100, Payload: 64, Pipeline: 16},
		{Conns: 4, Payload: 4 << 20, Pipeline: 1}, // more than the buffers hold: the server must keep some
	} {
		plan.Addr = address
		clients, err := load.Open(t.Context(), plan)
		if err != nil {
			t.Fatal(err)
		}
		r, err := clients.Run(t.Context(), 200*time.Millisecond)
		clients.Close()
		if err != nil || r.Answered == 0 || r.Faults.Any() {
			t.Errorf("%+v: %d answered, faults: %v, %v", plan, r.Answered, r.Faults, err)
		}
	}
}

// leaveAtTheWrongMoment sends without reading until the server takes no more, and resets.
func leaveAtTheWrongMoment(t *testing.T, address string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
	for chunk := make([]byte, 1<<20); ; {
		if _, err := conn.Write(chunk); err != nil {
			break
		}
	}
	conn.(*net.TCPConn).SetLinger(0)
}
