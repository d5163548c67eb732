//go:build linux

package uring

// What golang.org/x/sys/unix lacks, as <linux/io_uring.h> has it. The manual pages are
// io_uring(7), io_uring_setup(2), io_uring_enter(2) and io_uring_register(2).

// An sqe asks for an operation: struct io_uring_sqe.
type sqe struct {
	opcode   uint8
	flags    uint8  // IOSQE_…
	ioprio   uint16 // for accept, send and recv a set of flags
	fd       int32
	off      uint64
	addr     uint64
	len      uint32
	opFlags  uint32 // those of accept4(2), send(2), recv(2), …
	userData uint64 // comes back in each of its completions
	bufGroup uint16
	_        [22]byte
}

// A cqe says that an operation has got somewhere: struct io_uring_cqe.
type cqe struct {
	userData uint64
	res      int32  // what the system call would have returned, or -errno
	flags    uint32 // IORING_CQE_F_…; the upper half is the number of a buffer
}

// params is struct io_uring_params.
type params struct {
	sqEntries, cqEntries, flags, sqThreadCPU, sqThreadIdle, features, wqFD uint32

	_  [3]uint32
	sq struct {
		head, tail, ringMask, ringEntries, flags, dropped, array, _ uint32
		_                                                           uint64
	}
	cq struct {
		head, tail, ringMask, ringEntries, overflow, cqes, flags, _ uint32
		_                                                           uint64
	}
}

// getEvents is struct io_uring_getevents_arg.
type getEvents struct {
	sigmask   uint64
	sigmaskSz uint32
	_         uint32
	timespec  uint64 // the address of one
}

// timespec is struct __kernel_timespec.
type timespec struct{ sec, nsec int64 }

// A buf offers a buffer: struct io_uring_buf. In the first one the last field is the tail
// of the whole ring, see struct io_uring_buf_ring.
type buf struct {
	addr uint64
	len  uint32
	bid  uint16
	tail uint16
}

// bufReg is struct io_uring_buf_reg.
type bufReg struct {
	ringAddr    uint64
	ringEntries uint32
	bgid        uint16
	_           uint16
	_           [3]uint64
}

const (
	setupCQSize       = 1 << 3 // IORING_SETUP_…
	setupRDisabled    = 1 << 6
	setupSubmitAll    = 1 << 7
	setupCoopTaskrun  = 1 << 8
	setupSingleIssuer = 1 << 12
	setupDeferTaskrun = 1 << 13

	offSQRing = 0 // IORING_OFF_…
	offSQEs   = 0x10000000

	enterGetEvents = 1 << 0 // IORING_ENTER_…
	enterExtArg    = 1 << 3

	registerEnableRings = 12 // IORING_REGISTER_…
	registerPbufRing    = 22

	opAccept      = 13 // IORING_OP_…
	opAsyncCancel = 14
	opRead        = 22
	opSend        = 26
	opRecv        = 27

	acceptMultishot = 1 << 0 // IORING_ACCEPT_MULTISHOT
	recvMultishot   = 1 << 1 // IORING_RECV_MULTISHOT
	bufferSelect    = 1 << 5 // IOSQE_BUFFER_SELECT

	cqeMore = 1 << 1 // IORING_CQE_F_MORE: the operation goes on
)
