package measure

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// CPUs are the numbers of those that this process may use. The first two share no core,
// where there are such.
func CPUs() []int {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return nil
	}
	var all []int
	for cpu := range len(set) * strconv.IntSize {
		if set.IsSet(cpu) {
			all = append(all, cpu)
		}
	}
	for i := range all {
		if i > 0 && core(all[i]) != core(all[0]) {
			all[1], all[i] = all[i], all[1]
			break
		}
	}
	return all
}

// core names the core that a CPU belongs to, by all the CPUs in it.
func core(cpu int) string {
	siblings, err := os.ReadFile(fmt.Sprintf("/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu))
	if err != nil {
		return strconv.Itoa(cpu)
	}
	return string(siblings)
}

// Pin confines this process, with all its threads, to these CPUs. A new thread begins
// with the CPUs of the one that makes it.
func Pin(cpus ...int) error {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	set := setOf(cpus)
	for _, thread := range threads {
		id, _ := strconv.Atoi(thread.Name())
		if err := unix.SchedSetaffinity(id, &set); err != nil && !errors.Is(err, unix.ESRCH) {
			return os.NewSyscallError("sched_setaffinity", err)
		}
	}
	return nil
}

// pinned calls start on a thread that may run on one CPU only. What it starts inherits
// that. The thread goes back to where it was.
func pinned(cpu int, start func() error) error {
	if cpu == Anywhere {
		return start()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return os.NewSyscallError("sched_getaffinity", err)
	}
	set := setOf([]int{cpu})
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return os.NewSyscallError("sched_setaffinity", err)
	}
	defer unix.SchedSetaffinity(0, &before)
	return start()
}

func setOf(cpus []int) (set unix.CPUSet) {
	for _, cpu := range cpus {
		set.Set(cpu)
	}
	return set
}

// dieWithUs lets the kernel end the program should we be killed and leave it behind.
func dieWithUs(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// CPU is the processor time of a process, with that of its threads which have ended, to
// the nanosecond. The clock's number is made as clock_getcpuclockid(3) makes it.
func CPU(pid int) (time.Duration, bool) {
	const scheduled = 2
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|scheduled), &ts); err != nil {
		return 0, false
	}
	return time.Duration(ts.Nano()), true
}

// Memory is how many bytes a process keeps for itself: stacks, heap, what it has written
// to. See proc_pid_status(5), RssAnon.
func Memory(pid int) (int, bool) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, false
	}
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte("RssAnon:")); ok {
			kilobytes, err := strconv.Atoi(strings.Fields(string(rest))[0])
			return kilobytes << 10, err == nil
		}
	}
	return 0, false
}

// busy is how long a CPU has worked since the system started, in steps of 10 ms. Time
// that another virtual machine has stolen counts as work. See proc_stat(5).
func busy(cpu int) (time.Duration, bool) {
	const user, nice, system, irq, softirq, steal = 1, 2, 3, 6, 7, 8
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(stat)) {
		fields := strings.Fields(line)
		if fields[0] != fmt.Sprintf("cpu%d", cpu) || len(fields) <= steal {
			continue
		}
		ticks := 0
		for _, i := range []int{user, nice, system, irq, softirq, steal} {
			n, err := strconv.Atoi(fields[i])
			if err != nil {
				return 0, false
			}
			ticks += n
		}
		return time.Duration(ticks) * (time.Second / 100), true
	}
	return 0, false
}

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
