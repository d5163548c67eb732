// Package iocp is the echo server in the way that Windows has for it: operations are
// started, and a completion port tells which of them have ended.
//
// Read it in this order: server_windows.go (waiting), conn_windows.go (one client),
// accept_windows.go (new clients, and the end).
package iocp

import (
	"context"
	"net/netip"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/windows"

	"onthewire/lessons/01-event-loop/sock"
)

// Keys of the completion port. A client's is its number, which is given once.
const (
	keyOfWake = iota
	keyOfListener
	firstClient
)

// A Server echoes to every client what it sends.
type Server struct {
	// Drain is how long stopping may take. It may be set until Run.
	Drain time.Duration

	addr     netip.AddrPort
	listener windows.Handle
	port     windows.Handle
}

// Listen opens a server on a HOST:PORT. From here on clients can connect; Run serves them.
func Listen(ctx context.Context, address string) (*Server, error) {
	fds, addr, err := sock.Listen(ctx, address, 1)
	if err != nil {
		return nil, err
	}
	listener := windows.Handle(fds[0])
	port, err := windows.CreateIoCompletionPort(listener, 0, keyOfListener, 1)
	if err != nil {
		sock.Close(fds[0])
		return nil, os.NewSyscallError("createiocompletionport", err)
	}
	return &Server{Drain: 5 * time.Second, addr: addr, listener: listener, port: port}, nil
}

// Addr is the address that the server listens on, with its real port.
func (s *Server) Addr() netip.AddrPort { return s.addr }

// A loop is what one goroutine needs to serve its clients. Nobody else touches it.
type loop struct {
	*Server
	now     time.Time
	idle    bool              // the last turn found nothing that had ended
	clients map[uintptr]*conn // by number; who is closed stays in until its operation has ended
	last    uintptr           // the number given last
	accepting
	stopping
}

// Run serves until ctx is done, and then stops as every server of this lesson does. A client
// that takes nothing for a second is reset, and after Drain everybody is; then Run returns a
// *sock.Cut. It must be called once, or the listener stays open.
func (s *Server) Run(ctx context.Context) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	l := &loop{Server: s, now: time.Now(), clients: make(map[uintptr]*conn), last: firstClient}
	woken := make(chan struct{})
	forget := context.AfterFunc(ctx, func() {
		windows.PostQueuedCompletionStatus(s.port, 0, keyOfWake, nil)
		close(woken)
	})
	defer func() {
		if !forget() {
			<-woken
		}
		windows.CloseHandle(s.port)
	}()
	err := l.accept()
	for err == nil && !l.over() {
		if err = l.turn(l.timeout()); err == nil {
			err = l.acceptAgain()
		}
		l.drain()
	}
	l.closeAll()
	if err == nil && l.cut.Clients > 0 {
		return &l.cut
	}
	return err
}

// turn waits for one operation to end, and does what follows from that.
func (l *loop) turn(timeout uint32) error {
	var n uint32
	var key uintptr
	var op *windows.Overlapped
	err := windows.GetQueuedCompletionStatus(l.port, &n, &key, &op, timeout)
	l.now, l.idle = time.Now(), op == nil && err == windows.Errno(windows.WAIT_TIMEOUT)
	switch {
	case l.idle:
		return nil
	case op == nil && err != nil:
		return os.NewSyscallError("getqueuedcompletionstatus", err)
	case key == keyOfWake:
		l.stop()
		return nil
	case key == keyOfListener:
		return l.accepted(err)
	}
	l.completed(l.clients[key], int(n), err) // an error is the operation's, and costs one client
	return nil
}
