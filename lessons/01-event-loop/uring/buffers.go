//go:build linux

package uring

import (
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

// allocate returns memory that Go's collector knows nothing of.
func allocate(size int) ([]byte, error) {
	return unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
}

// address is where b lies, as the kernel wants it.
func address(b []byte) uint64 { return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) }
