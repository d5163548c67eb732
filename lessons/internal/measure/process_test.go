package measure

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/internal/leak"
)

// The test binary is also the child that is measured.
func TestMain(m *testing.M) {
	switch os.Getenv("MEASURE_CHILD") {
	case "":
		os.Exit(m.Run())
	case "listen":
		l, _ := net.Listen("tcp4", "127.0.0.1:0")
		fmt.Println("listening on", l.Addr())
		fmt.Println("CPUs", runtime.NumCPU())
	case "silent":
		net.Listen("tcp4", os.Getenv("MEASURE_ADDR"))
	case "talk":
		fmt.Println("hello")
	case "fail":
		fmt.Fprintln(os.Stderr, "listen: no\nsecond line")
		os.Exit(1)
	case "unpinned":
		placeUnpinned()
		os.Exit(0)
	case "cpus":
		fmt.Printf("listening on %d\n", runtime.NumCPU())
	case "burn":
		kept := make([]byte, 32<<20)
		for i := range kept {
			kept[i] = 1
		}
		for begun := time.Now(); time.Since(begun) < 20*time.Millisecond; {
		}
		fmt.Println("listening on nothing")
		forever()
		runtime.KeepAlive(kept)
	}
	forever()
}

// forever waits to be killed.
func forever() {
	never := make(chan os.Signal, 1)
	signal.Notify(never)
	<-never
}

func child(t *testing.T, cpu int, role string) *Process {
	t.Helper()
	leak.Check(t)
	t.Setenv("MEASURE_CHILD", role)
	p, err := Start(t.Context(), cpu, os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p
}

func TestAChildSaysWhereItListens(t *testing.T) {
	p := child(t, Anywhere, "listen")
	address, err := p.Listening(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	p.Kill()
	if _, err := net.Dial("tcp", address); err == nil {
		t.Error("it listens after it was killed")
	}
}

func TestAChildThatSaysNothingIsFoundByItsPort(t *testing.T) {
	free, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free.Close()
	t.Setenv("MEASURE_ADDR", free.Addr().String())
	if err := child(t, Anywhere, "silent").Accepts(t.Context(), free.Addr().String()); err != nil {
		t.Error(err)
	}
}

func TestAChildThatEndsIsAskedWhy(t *testing.T) {
	p := child(t, Anywhere, "fail")
	if _, err := p.Listening(t.Context()); err == nil || err.Error() != "listen: no" {
		t.Errorf("%v, want its first line", err)
	}
	if err := child(t, Anywhere, "fail").Accepts(t.Context(), "127.0.0.1:1"); err == nil || err.Error() != "listen: no" {
		t.Errorf("%v, want its first line", err)
	}
	if _, err := child(t, Anywhere, "talk").Listening(t.Context()); err == nil || !strings.Contains(err.Error(), `"hello"`) {
		t.Errorf("%v, want what it said instead", err)
	}
	if _, err := Start(t.Context(), Anywhere, "/nonexistent/program"); err == nil {
		t.Error("a program that does not exist was started")
	}
}

func TestWaitingForAChildEndsWithTheContext(t *testing.T) {
	p := child(t, Anywhere, "mute")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := p.Listening(ctx); err != context.DeadlineExceeded {
		t.Errorf("Listening: %v", err)
	}
}

func TestAChildIsPinnedAndWeAreNot(t *testing.T) {
	cpus := CPUs()
	if len(cpus) == 0 {
		t.Skip("only Linux pins")
	}
	line, err := child(t, cpus[len(cpus)-1], "cpus").Listening(t.Context())
	if err != nil || line != "1" {
		t.Errorf("the child sees %q CPUs (%v), want 1", line, err)
	}
	if len(CPUs()) != len(cpus) {
		t.Errorf("we may use %v, and before it was %v", CPUs(), cpus)
	}
}

func TestAChildDoesNotInheritOurPlace(t *testing.T) {
	cpus := CPUs()
	if len(cpus) < 2 {
		t.Skip("this needs two CPUs")
	}
	if err := Pin(cpus[1]); err != nil {
		t.Fatal(err)
	}
	defer Pin(cpus...)
	if now := CPUs(); len(now) != 1 || now[0] != cpus[1] {
		t.Errorf("pinned to %d we may use %v", cpus[1], now)
	}
	if line, err := child(t, cpus[0], "cpus").Listening(t.Context()); err != nil || line != "1" {
		t.Errorf("the child sees %q CPUs (%v), want 1", line, err)
	}
}

func TestWhatAChildUsesIsKnown(t *testing.T) {
	p := child(t, Anywhere, "burn")
	if _, err := p.Listening(t.Context()); err != nil {
		t.Fatal(err)
	}
	cpu, known := CPU(p.PID())
	if !known {
		t.Skip("only Linux tells")
	}
	if cpu < time.Millisecond {
		t.Errorf("it has worked for 20 ms and used %v", cpu)
	}
	if memory, known := Memory(p.PID()); !known || memory < 32<<20 {
		t.Errorf("it keeps 32 MiB, and its memory is %d", memory)
	}
	p.Kill()
	if _, known := CPU(p.PID()); known {
		t.Error("the CPU time of a process that is gone is known")
	}
	if _, known := Memory(p.PID()); known {
		t.Error("the memory of a process that is gone is known")
	}
}

func TestACPUIsBusyForAtLeastAsLongAsWeUseIt(t *testing.T) {
	cpus := CPUs()
	if len(cpus) == 0 {
		t.Skip("only Linux tells")
	}
	before, known := busy(cpus[0])
	if !known || before <= 0 {
		t.Fatalf("CPU %d has been busy for %v since the start (%v)", cpus[0], before, known)
	}
	if _, known := busy(1 << 20); known {
		t.Error("there is a CPU 1048576")
	}
}
