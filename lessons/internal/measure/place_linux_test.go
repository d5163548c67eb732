package measure

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// forbidPinning has the kernel refuse sched_setaffinity to this process and its children, as a
// container may. See seccomp(2).
func forbidPinning() error {
	program := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}, // the number of the call
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 1, K: unix.SYS_SCHED_SETAFFINITY},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&filter)))
	if errno != 0 {
		return errno
	}
	return nil
}

// placeUnpinned is what the child of the test below does.
func placeUnpinned() {
	if err := forbidPinning(); err != nil {
		fmt.Println("no seccomp here:", err)
		return
	}
	place, notes := NewPlace()
	fmt.Println(strings.Join(notes, " "))
	os.Setenv("MEASURE_CHILD", "listen")
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	p, err := Start(ctx, place.Server, os.Args[0])
	if err != nil {
		fmt.Println("start:", err)
		return
	}
	defer p.Kill()
	_, err = p.Listening(ctx)
	fmt.Println("it listens:", err)
	place.Add(place.Look(p.PID()), place.Look(p.PID()))
	fmt.Printf("noise: %q\n", place.Noise())
}

func TestWhoMayNotPinMeasuresAllTheSameAndSaysSo(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "MEASURE_CHILD=unpinned")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	said := string(out)
	if strings.HasPrefix(said, "no seccomp here") {
		t.Skip(strings.TrimSpace(said))
	}
	for _, part := range []string{"Nothing is pinned to a CPU (sched_setaffinity: operation not permitted)", "it listens: <nil>", `noise: ""`} {
		if !strings.Contains(said, part) {
			t.Errorf("it does not say %s:\n%s", part, said)
		}
	}
}
