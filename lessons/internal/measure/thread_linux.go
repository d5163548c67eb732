package measure

import (
	"time"

	"golang.org/x/sys/unix"
)

// ThreadID is the kernel's number of the calling thread. See gettid(2).
func ThreadID() int { return unix.Gettid() }

// ThreadCPU is the processor time of a thread of this process, and whether that can be
// known. The clock's number is made as pthread_getcpuclockid(3) makes it.
func ThreadCPU(thread int) (time.Duration, bool) {
	const perThread, scheduled = 4, 2
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^thread<<3|perThread|scheduled), &ts); err != nil {
		return 0, false
	}
	return time.Duration(ts.Nano()), true
}
