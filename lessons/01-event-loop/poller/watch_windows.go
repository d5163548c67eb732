package poller

import (
	"fmt"
	"os"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// A watch is a socket and the one request about it.
type watch struct {
	fd      int
	number  uintptr
	want    Interest
	base    windows.Handle
	device  *device
	asked   bool // the request is under way, and the kernel may write to both:
	request request
	status  windows.IO_STATUS_BLOCK
	stale   bool // it has been cancelled
	removed bool
}

// owners are the sockets that any Poller of this process watches. The driver lets two ask
// about the same socket, and then it may keep the answer from one of them (trio #52, wepoll #35).
var owners sync.Map // by fd, a *Poller

// own makes p the one that watches fd.
func (p *Poller) own(fd int) error {
	if other, taken := owners.LoadOrStore(fd, p); taken && other != p {
		return fmt.Errorf("afd: socket %d is watched by another Poller, or was closed before that one removed it: %w", fd, syscall.EBUSY)
	}
	return nil
}

// ask hands w's request to the driver. Each one that it takes ends with a packet, also one
// that is answered at once.
func (p *Poller) ask(w *watch) error {
	w.request = request{timeout: 1<<63 - 1, handles: 1, socket: w.base, events: afdAbort | afdConnectFail | afdLocalClose}
	if w.want&Readable != 0 {
		w.request.events |= afdReceive | afdAccept | afdDisconnect
	}
	if w.want&Writable != 0 {
		w.request.events |= afdSend
	}
	const size = unsafe.Sizeof(w.request)
	r, _, _ := ntDeviceIoControl.Call(uintptr(w.device.handle), 0, 0, w.number, uintptr(unsafe.Pointer(&w.status)),
		afdPoll, uintptr(unsafe.Pointer(&w.request)), size, uintptr(unsafe.Pointer(&w.request)), size)
	switch status := windows.NTStatus(r); status {
	case windows.STATUS_SUCCESS, windows.STATUS_PENDING:
	case windows.STATUS_INVALID_HANDLE, windows.STATUS_OBJECT_TYPE_MISMATCH: // and now it may be a file's
		return p.closed(w)
	default:
		return os.NewSyscallError("ntdeviceiocontrolfile", status)
	}
	w.asked, w.stale = true, false
	p.asked++
	return nil
}

// cancel makes w's request end. If it has ended already, its packet is on its way.
func (w *watch) cancel() {
	w.stale = true
	var status windows.IO_STATUS_BLOCK
	ntCancelIo.Call(uintptr(w.device.handle), uintptr(unsafe.Pointer(&w.status)), uintptr(unsafe.Pointer(&status)))
}

// askAgain sends a request about every socket that has none under way.
func (p *Poller) askAgain() error {
	for i, w := range p.unasked {
		if w.removed {
			continue
		}
		if err := p.ask(w); err != nil {
			p.unasked = p.unasked[i:]
			return err
		}
	}
	clear(p.unasked)
	p.unasked = p.unasked[:0]
	return nil
}

// closed forgets a socket that was closed and should have been removed before.
func (p *Poller) closed(w *watch) error {
	p.forget(w)
	return fmt.Errorf("afd: socket %d was closed before it was removed", w.fd)
}

// answered takes what the request about a socket has told. That may be nothing.
func (p *Poller) answered(w *watch) (Event, error) {
	w.asked = false
	p.asked--
	cancelled := w.status.Status != windows.STATUS_SUCCESS || w.request.handles == 0
	got := w.request.events
	switch {
	case w.removed:
		p.forget(w)
		return Event{}, nil
	case !cancelled && got&afdLocalClose != 0:
		return Event{}, p.closed(w)
	}
	p.unasked = append(p.unasked, w)
	if cancelled {
		return Event{}, nil
	}
	broken := got&(afdAbort|afdConnectFail) != 0
	read, write := w.want&Readable != 0, w.want&Writable != 0
	ev := Event{
		Readable:    read && (broken || got&(afdReceive|afdAccept|afdDisconnect) != 0),
		Writable:    write && (broken || got&afdSend != 0),
		ReadClosed:  broken || read && got&afdDisconnect != 0,
		WriteClosed: broken,
		Error:       broken,
	}
	if ev != (Event{}) { // else it has told what was wanted before a Change
		ev.FD = w.fd
	}
	return ev, nil
}

// forget lets go of w, but not before its packet has come.
func (p *Poller) forget(w *watch) {
	if !w.removed {
		w.removed = true
		delete(p.watched, w.fd)
		owners.CompareAndDelete(w.fd, p)
	}
	if !w.asked {
		delete(p.numbered, w.number)
		w.device.watches--
	}
}
