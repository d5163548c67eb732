package socket_test

import (
	"net"
	"net/netip"
	"runtime"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/internal/errno"
	"onthewire/lessons/internal/leak"
)

const (
	timedOut  = syscall.ETIMEDOUT // how a read ends whose time is over
	netBlocks = true              // a socket of package net
)

// blocks tells whether calls on a connected socket wait. Nothing here can be asked for that.
func blocks(t *testing.T, s *socket.Socket) bool {
	t.Helper()
	check(t, s.SetReadTimeout(20*time.Millisecond))
	_, err := s.Read(make([]byte, 1))
	if !errno.Is(err, syscall.ETIMEDOUT) && !errno.Is(err, syscall.EAGAIN) {
		t.Fatalf("the read of nothing ended with %v", err)
	}
	return errno.Is(err, syscall.ETIMEDOUT)
}

// inherited tells whether a child would have the socket.
func inherited(t *testing.T, s *socket.Socket) bool {
	t.Helper()
	flags, err := information(s.Descriptor())
	check(t, err)
	return flags&windows.HANDLE_FLAG_INHERIT != 0
}

// information is what the kernel keeps with a handle.
func information(handle uintptr) (flags uint32, err error) {
	call := windows.NewLazySystemDLL("kernel32.dll").NewProc("GetHandleInformation")
	if ok, _, failed := call.Call(handle, uintptr(unsafe.Pointer(&flags))); ok == 0 {
		return 0, failed
	}
	return flags, nil
}

// What stays behind a conversion is one handle, package net's.
func TestAConversionClosesItsHandle(t *testing.T) {
	leak.Check(t)
	s, _ := listening(t)
	handle := s.Descriptor()
	listener := must[net.Listener](t)(s.IntoListener())
	defer listener.Close()
	if flags, err := information(handle); err != windows.ERROR_INVALID_HANDLE {
		t.Errorf("the handle of before: %#x, %v", flags, err)
	}
	runtime.GC() // an os.File that was not closed would be now
	client := must[net.Conn](t)(net.Dial("tcp4", listener.Addr().String()))
	defer client.Close()
	server := must[net.Conn](t)(listener.Accept())
	server.Close()
}

// On Windows both have to set it, and then both listen. So no server of ours does.
func TestReuseAddrLetsASecondListenerIn(t *testing.T) {
	leak.Check(t)
	for _, both := range []bool{true, false} {
		first := must[*socket.Socket](t)(socket.New(socket.IPv4, socket.Stream, 0))
		defer first.Close()
		check(t, first.SetReuseAddr(both))
		check(t, first.Bind(anyPort))
		check(t, first.Listen(1))
		second := must[*socket.Socket](t)(socket.New(socket.IPv4, socket.Stream, 0))
		defer second.Close()
		check(t, second.SetReuseAddr(true))
		err := second.Bind(must[netip.AddrPort](t)(first.LocalAddr()))
		if refused := errno.Is(err, syscall.EACCES); both && err != nil || !both && !refused {
			t.Errorf("the first has set it: %v; the second is told %v", both, err)
		}
	}
}
