//go:build linux

package uring

import (
	"os"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A ring is the pair of queues that an io_uring consists of. Both lie in memory which we
// share with the kernel. In the one we leave operations (sqe), in the other it leaves
// completions (cqe), and one system call tells it to look, however many there are.
//
// The memory is the kernel's, mapped, as it has to be. Go's collector sees no reference
// that only the kernel holds: a buffer from make, with a read under way, would be freed
// and handed to somebody else, and then the kernel would write into it.
type ring struct {
	fd     int
	queues []byte // both heads and tails, and the cqes
	sqMem  []byte

	sqHead, sqTail *uint32 // the kernel moves the head, we move the tail
	sqes           []sqe
	tail           uint32 // ours, ahead of *sqTail until the next enter

	cqHead, cqTail *uint32 // here it is the other way round
	cqes           []cqe

	page []byte // where shared lies
	*shared
	arg getEvents

	failed error // an enter that submit has made
}

// What the kernel reads and writes of ours by its address.
type shared struct {
	until   timespec // how long to wait
	counter [8]byte  // what the waker was read into
}

// Powers of two. Linux 6.14 and later, until a fix of October 2026, count both queues as locked
// memory of this user (ulimit -l), so the first is no larger than it need be: when it is full
// we submit.
const (
	sqEntries = 1024
	cqEntries = 8192
)

const giveBack = time.Second // for how long to wait for the memory of rings that were closed

// newRing makes a ring that does not run before enable.
func newRing() (*ring, error) {
	var p params
	// The thread that calls enable is to be the only one that submits, and completions are
	// handled when it waits, not by interrupting it. DEFER_TASKRUN came with Linux 6.1.
	// SINGLE_ISSUER came with 6.0 and so did recvMultishot, so older kernels refuse here.
	const always = setupRDisabled | setupSubmitAll | setupSingleIssuer | setupCQSize
	fd, errno := setup(&p, always|setupDeferTaskrun)
	if errno == unix.EINVAL {
		fd, errno = setup(&p, always|setupCoopTaskrun)
	}
	// The kernel gives the memory of a closed ring back a little later, by a worker of its
	// own. Nothing tells us when, so ask again.
	for end := time.Now().Add(giveBack); errno == unix.ENOMEM && time.Now().Before(end); {
		time.Sleep(giveBack / 100)
		fd, errno = setup(&p, p.flags)
	}
	if errno != 0 {
		return nil, refused(errno)
	}
	r := &ring{fd: fd}
	if err := r.mmap(&p); err != nil {
		r.close()
		return nil, os.NewSyscallError("mmap", err)
	}
	return r, nil
}

func setup(p *params, flags uint32) (int, unix.Errno) {
	*p = params{flags: flags, cqEntries: cqEntries}
	fd, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, sqEntries, uintptr(unsafe.Pointer(p)), 0)
	return int(fd), errno
}

// mmap maps what the kernel has laid out, and finds its way in it by the offsets in p.
func (r *ring) mmap(p *params) (err error) {
	const prot, both = unix.PROT_READ | unix.PROT_WRITE, unix.MAP_SHARED | unix.MAP_POPULATE
	size := max(p.sq.array+p.sqEntries*4, p.cq.cqes+p.cqEntries*uint32(unsafe.Sizeof(cqe{})))
	if r.queues, err = unix.Mmap(r.fd, offSQRing, int(size), prot, both); err != nil {
		return err
	}
	if r.sqMem, err = unix.Mmap(r.fd, offSQEs, int(p.sqEntries)*int(unsafe.Sizeof(sqe{})), prot, both); err != nil {
		return err
	}
	if r.page, err = allocate(os.Getpagesize()); err != nil {
		return err
	}
	at := func(offset uint32) *uint32 { return (*uint32)(unsafe.Pointer(&r.queues[offset])) }
	r.sqHead, r.sqTail, r.cqHead, r.cqTail = at(p.sq.head), at(p.sq.tail), at(p.cq.head), at(p.cq.tail)
	r.sqes = unsafe.Slice((*sqe)(unsafe.Pointer(&r.sqMem[0])), p.sqEntries)
	r.cqes = unsafe.Slice((*cqe)(unsafe.Pointer(at(p.cq.cqes))), p.cqEntries)
	// The queue proper holds indices of sqes. We use them in their order, once and for all.
	for i, array := uint32(0), unsafe.Slice(at(p.sq.array), p.sqEntries); i < p.sqEntries; i++ {
		array[i] = i
	}
	r.shared = (*shared)(unsafe.Pointer(&r.page[0]))
	r.arg.timespec = address(r.page)
	return nil
}

// enable lets the calling thread, and no other, use the ring.
func (r *ring) enable() error { return r.register(registerEnableRings, nil, 0) }

func (r *ring) register(opcode uintptr, arg unsafe.Pointer, n uintptr) error {
	_, _, errno := unix.Syscall6(unix.SYS_IO_URING_REGISTER, uintptr(r.fd), opcode, uintptr(arg), n, 0, 0)
	if errno != 0 {
		return os.NewSyscallError("io_uring_register", errno)
	}
	return nil
}

// add leaves an operation for the next submit.
func (r *ring) add(op sqe) {
	for r.tail-atomic.LoadUint32(r.sqHead) == uint32(len(r.sqes)) { // full
		if r.failed = r.submit(); r.failed != nil {
			return // wait will tell
		}
	}
	r.sqes[r.tail&uint32(len(r.sqes)-1)] = op
	r.tail++
}

// submit hands the kernel what has been left. It does not sleep, and goes around the Go
// scheduler for the reason that loop/rw_linux.go gives.
func (r *ring) submit() error {
	return r.enter(unix.RawSyscall6, 0, enterGetEvents, nil, 0)
}

// wait submits and waits for a completion until the time is up; a negative timeout waits
// for ever. Under load there is one at once, for most of what we send is sent at once. Only
// else does it sleep, and for that an ordinary Syscall is needed.
func (r *ring) wait(timeout time.Duration) error {
	if r.failed == nil && r.tail != atomic.LoadUint32(r.sqHead) {
		r.failed = r.submit()
	}
	switch {
	case r.failed != nil || *r.cqHead != atomic.LoadUint32(r.cqTail):
		return r.failed
	case timeout < 0:
		return r.enter(unix.Syscall6, 1, enterGetEvents, nil, 0)
	}
	r.until = timespec{int64(timeout / time.Second), int64(timeout % time.Second)}
	return r.enter(unix.Syscall6, 1, enterGetEvents|enterExtArg, unsafe.Pointer(&r.arg), unsafe.Sizeof(r.arg))
}

func (r *ring) enter(
	syscall func(trap, a1, a2, a3, a4, a5, a6 uintptr) (uintptr, uintptr, unix.Errno),
	complete, flags uintptr, arg unsafe.Pointer, size uintptr,
) error {
	atomic.StoreUint32(r.sqTail, r.tail) // after the sqes themselves
	n := r.tail - atomic.LoadUint32(r.sqHead)
	_, _, errno := syscall(unix.SYS_IO_URING_ENTER, uintptr(r.fd), uintptr(n), complete, flags, uintptr(arg), size)
	switch errno {
	case 0, unix.ETIME, unix.EINTR, unix.EAGAIN, unix.EBUSY: // what was not taken is offered again
		return nil
	}
	return os.NewSyscallError("io_uring_enter", errno)
}

// completions calls handle for each that there is, until one fails, and gives the places
// back.
func (r *ring) completions(handle func(cqe) error) error {
	head, tail := *r.cqHead, atomic.LoadUint32(r.cqTail) // before the cqes themselves
	var failed error
	for ; head != tail && failed == nil; head++ {
		failed = handle(r.cqes[head&uint32(len(r.cqes)-1)])
	}
	atomic.StoreUint32(r.cqHead, head) // after we have copied them
	return failed
}

// close ends whatever is still under way, too.
func (r *ring) close() {
	unix.Close(r.fd)
	for _, memory := range [][]byte{r.queues, r.sqMem, r.page} {
		if memory != nil {
			unix.Munmap(memory)
		}
	}
}
