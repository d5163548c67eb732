//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package loop_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"onthewire/lessons/01-event-loop/loop"
	"onthewire/lessons/01-event-loop/watch"
	"onthewire/lessons/internal/measure"
)

// What every engine has to stand is in package servertest; what only the loop promises is here.
//
// Both ends of ten thousand connections do not fit into one process, so this test binary
// also plays the clients.
func TestMain(m *testing.M) {
	var err error
	switch os.Getenv("PART") {
	case "":
		os.Exit(m.Run())
	case "clients":
		err = clients(os.Getenv("ADDR"), os.Getenv("CLIENTS"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func part(t *testing.T, name string, env ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*testTimeout)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), append(env, "PART="+name)...)
	cmd.Stderr = os.Stderr
	return cmd
}

func TestTenThousandClientsAreServed(t *testing.T) {
	n := size(2000, 10_000)
	if runtime.GOOS == "windows" {
		n = size(1000, 10_000) // each costs Wine what ten cost Linux
	}
	if most := measure.MaxDescriptors() - 100; n > most {
		t.Logf("only %d clients: this process may open no more than %d descriptors", most, measure.MaxDescriptors())
		n = most
	}
	s := start(t, 1, nil)
	out, err := part(t, "clients", "ADDR="+s.Addr().String(), "CLIENTS="+strconv.Itoa(n)).Output()
	must(t, err)
	took, err := time.ParseDuration(strings.TrimSpace(string(out)))
	must(t, err)
	t.Logf("%d clients connected and each had its echo after %v", n, took)
	s.See(func(seen *watch.Seen) {
		if len(seen.Clients) != n {
			t.Errorf("%d clients connected, %d were accepted", n, len(seen.Clients))
		}
	})
	if os.Getenv("SOAK") != "" && took > 2*time.Second {
		t.Errorf("%d clients took %v, want 2 s at most", n, took)
	}
	s.until("all are closed", func(seen *watch.Seen) bool { return seen.Closed == n })
}

// The loop is held up for so long that everybody's time is over, and everybody has spoken
// meanwhile. One wait tells of 1,024 of them. The others are not silent either.
func TestWhoDidNotFitIntoTheBatchDoesNotExpire(t *testing.T) {
	const n, batch, idle = 1100, 1024, time.Second
	if most := measure.MaxDescriptors(); most < 2*n+100 { // both ends of each connection
		t.Skipf("needs %d descriptors, may have %d: raise ulimit -n", 2*n+100, most)
	}
	held, release := make(chan bool), make(chan bool)
	var hold atomic.Bool
	var largest int
	s := start(t, 1, func(s *loop.Server) {
		s.Idle = idle
		watched := s.Trace
		s.Trace = func(call string, fd, n int, err error) {
			watched(call, fd, n, err)
			if call == "wait" {
				largest = max(largest, n)
			}
			if call == "read" && hold.CompareAndSwap(true, false) {
				held <- true
				<-release
			}
		}
	})
	conns := make([]net.Conn, n)
	for i := range conns {
		conns[i] = s.dial()
	}
	echoes(t, conns[n-1], hello) // it is in, and so are those before it
	hold.Store(true)
	for i, conn := range conns {
		_, err := conn.Write(hello)
		must(t, err)
		if i == 0 {
			<-held
		}
	}
	time.Sleep(idle * 11 / 10) // the span under study
	close(release)
	answer := make([]byte, len(hello))
	for i, conn := range conns {
		if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != string(hello) {
			t.Fatalf("client %d of %d: %q, %v", i, n, answer, err)
		}
	}
	s.stop()
	s.wait()
	if largest != batch {
		t.Errorf("the largest batch had %d events, want %d: nobody was left out", largest, batch)
	}
}

// clients are n clients which connect, all speak, and all wait for their answer.
func clients(address, count string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	begun := time.Now()
	conns := make([]net.Conn, n)
	for i := range conns {
		if conns[i], err = net.Dial("tcp", address); err != nil {
			return err
		}
		if _, err := conns[i].Write(hello); err != nil {
			return err
		}
	}
	answer := make([]byte, len(hello))
	for i, conn := range conns {
		conn.SetReadDeadline(begun.Add(testTimeout))
		if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != string(hello) {
			return fmt.Errorf("client %d of %d: %q, %v", i, n, answer, err)
		}
	}
	fmt.Println(time.Since(begun))
	return nil
}
