//go:build linux

package uring

import (
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	buffers = 256          // a power of two
	bufSize = 16 << 10     // bytes a receive, at most; each of the engines has as many
	stride  = bufSize + 64 // not a power of two: all first bytes would share a few sets of the processor's cache
	group   = 1            // they form a group, and a receive names the group
)

// A pool is the memory that everybody's bytes arrive in. We offer the kernel many buffers,
// and when something arrives it takes one and says which: a silent connection owns none.
//
// They belong to all clients, so none may be kept for one. Who takes a buffer out gives it
// back in the next turn, whatever its client does.
type pool struct {
	memory []byte // the offers, then the buffers themselves
	offers []buf
	tail   uint16
}

func newPool(r *ring) (*pool, error) {
	const offers = buffers * int(unsafe.Sizeof(buf{}))
	memory, err := allocate(offers + buffers*stride)
	if err != nil {
		return nil, err
	}
	p := &pool{memory: memory, offers: unsafe.Slice((*buf)(unsafe.Pointer(&memory[0])), buffers)}
	reg := bufReg{ringAddr: address(memory), ringEntries: buffers, bgid: group}
	if err := r.register(registerPbufRing, unsafe.Pointer(&reg), 1); err != nil {
		unix.Munmap(memory)
		return nil, err
	}
	for id := range buffers {
		p.put(id)
	}
	return p, nil
}

func (p *pool) bytes(id int) []byte {
	start := buffers*int(unsafe.Sizeof(buf{})) + id*stride
	return p.memory[start : start+bufSize]
}

// put offers a buffer to the kernel, again.
func (p *pool) put(id int) {
	offer := &p.offers[p.tail&(buffers-1)]
	offer.addr, offer.len, offer.bid = address(p.bytes(id)), bufSize, uint16(id)
	p.tail++
	// The kernel may use the offer once it sees the new tail, so that one has to be stored
	// after it. sync/atomic has nothing of 16 bits. The 16 before it are ours: the number
	// in the first offer, and we store them as they are.
	first := &p.offers[0]
	var both uint32
	*(*[2]uint16)(unsafe.Pointer(&both)) = [2]uint16{first.bid, p.tail}
	atomic.StoreUint32((*uint32)(unsafe.Pointer(&first.bid)), both)
}

func (p *pool) close() { unix.Munmap(p.memory) }

// A Reader has the kernel read a file while its caller goes on. All its methods belong to
// the thread that made it.
type Reader struct {
	ring   *ring
	buf    []byte
	asked  bool
	result int32
}

// NewReader opens a Reader which reads so many bytes at a time, at most.
func NewReader(size int) (*Reader, error) {
	ring, err := newRing()
	if err != nil {
		return nil, err
	}
	r := &Reader{ring: ring}
	if r.buf, err = allocate(size); err == nil {
		err = ring.enable()
	}
	if err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// FD is the ring's own descriptor. A poller calls it readable once something has completed.
func (r *Reader) FD() int { return r.ring.fd }

// Read begins to read from the start of a file. One read may be under way.
func (r *Reader) Read(file int) error {
	r.asked = true
	r.ring.add(sqe{opcode: opRead, fd: int32(file), addr: address(r.buf), len: uint32(len(r.buf))})
	return r.ring.submit()
}

// Done returns what has been read. It does not sleep: until the read has ended it is nil.
func (r *Reader) Done() ([]byte, error) {
	err := r.ring.submit() // so that the kernel hands out what it has
	if err == nil {
		err = r.ring.completions(func(done cqe) error { r.asked, r.result = false, done.res; return nil })
	}
	switch {
	case err != nil || r.asked:
		return nil, err
	case r.result < 0:
		return nil, os.NewSyscallError("read", unix.Errno(-r.result))
	}
	return r.buf[:r.result], nil
}

// Close waits for a read that is under way, since until then the kernel writes into our memory.
func (r *Reader) Close() {
	for r.asked && r.ring.wait(-1) == nil {
		r.Done()
	}
	r.ring.close()
	if r.buf != nil {
		unix.Munmap(r.buf)
	}
}

// allocate returns memory that Go's collector knows nothing of.
func allocate(size int) ([]byte, error) {
	return unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
}

// address is where b lies, as the kernel wants it.
func address(b []byte) uint64 { return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) }
