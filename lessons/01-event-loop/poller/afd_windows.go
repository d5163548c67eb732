package poller

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Winsock stands on a driver, \Device\Afd, and that has what Winsock does not offer: a
// request that completes when a socket becomes ready. No manual describes it. mio, libuv
// and wepoll use it in this way, and ReactOS and Wine have written it again.
const (
	afdName = `\Device\Afd\OnTheWire` // the driver looks at no more than the beginning
	afdPoll = 0x00012024              // IOCTL_AFD_POLL

	afdReceive     = 0x001
	afdSend        = 0x004
	afdDisconnect  = 0x008 // the peer's FIN
	afdAbort       = 0x010 // a reset
	afdLocalClose  = 0x020 // the handle has been closed, by us
	afdAccept      = 0x080
	afdConnectFail = 0x100

	perDevice = 32 // to cancel one request takes longer the more of them a handle has
)

// A request asks about one socket (AFD_POLL_INFO with one AFD_POLL_HANDLE_INFO). The kernel
// answers in the same memory, at any time until the packet has come.
type request struct {
	timeout   int64
	handles   uint32
	exclusive uint32
	socket    windows.Handle
	events    uint32
	status    int32
}

// A packet is what a completion port hands out (OVERLAPPED_ENTRY).
type packet struct {
	key    uintptr
	number uintptr // of the watch. A Go pointer would be no good here: the collector does not see it
	_      uintptr
	_      uint32
}

// Package windows lacks these three.
var (
	ntdll             = windows.NewLazySystemDLL("ntdll.dll")
	kernel32          = windows.NewLazySystemDLL("kernel32.dll")
	ntDeviceIoControl = ntdll.NewProc("NtDeviceIoControlFile")
	ntCancelIo        = ntdll.NewProc("NtCancelIoFileEx")
	getQueuedStatuses = kernel32.NewProc("GetQueuedCompletionStatusEx")
)

// A device is a handle to the driver, for up to perDevice sockets.
type device struct {
	handle  windows.Handle
	watches int
}

// device returns one that has room.
func (p *Poller) device() (*device, error) {
	for _, d := range p.devices {
		if d.watches < perDevice {
			return d, nil
		}
	}
	name, err := windows.NewNTUnicodeString(afdName)
	if err != nil {
		return nil, err
	}
	attributes := windows.OBJECT_ATTRIBUTES{ObjectName: name}
	attributes.Length = uint32(unsafe.Sizeof(attributes))
	var status windows.IO_STATUS_BLOCK
	d := &device{}
	err = windows.NtCreateFile(&d.handle, windows.SYNCHRONIZE, &attributes, &status, nil, 0,
		windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE, windows.FILE_OPEN, 0, 0, 0)
	if err != nil {
		return nil, os.NewSyscallError("ntcreatefile", err)
	}
	if _, err := windows.CreateIoCompletionPort(d.handle, p.port, 0, 0); err != nil {
		windows.CloseHandle(d.handle)
		return nil, os.NewSyscallError("createiocompletionport", err)
	}
	p.devices = append(p.devices, d)
	return d, nil
}

// base is the socket that the driver knows. A layered service provider (a firewall, say)
// may have put another one in front of it.
func base(fd int) (windows.Handle, error) {
	const (
		sioBaseHandle = 0x48000022
		soType        = 0x1008
	)
	var h windows.Handle
	var returned uint32
	err := windows.WSAIoctl(windows.Handle(fd), sioBaseHandle, nil, 0,
		(*byte)(unsafe.Pointer(&h)), uint32(unsafe.Sizeof(h)), &returned, nil, 0)
	if err == nil {
		return h, nil
	}
	if _, notSocket := windows.GetsockoptInt(windows.Handle(fd), windows.SOL_SOCKET, soType); notSocket != nil {
		return 0, os.NewSyscallError("getsockopt", syscall.ENOTSOCK)
	}
	return 0, fmt.Errorf("wsaioctl SIO_BASE_HANDLE: %w; socket %d is layered, and what it stands on is hidden", err, fd)
}

// dequeue waits for packets.
func dequeue(port windows.Handle, into []packet, milliseconds uint32) (n int, err error) {
	var count uint32
	ok, _, err := getQueuedStatuses.Call(uintptr(port), uintptr(unsafe.Pointer(&into[0])), uintptr(len(into)),
		uintptr(unsafe.Pointer(&count)), uintptr(milliseconds), 0)
	switch {
	case ok != 0:
		return int(count), nil
	case err == syscall.Errno(windows.WAIT_TIMEOUT):
		return 0, nil // whatever count says
	}
	return 0, os.NewSyscallError("getqueuedcompletionstatusex", err)
}
