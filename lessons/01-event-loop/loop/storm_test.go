//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package loop_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/01-event-loop/loop"
	"onthewire/lessons/01-event-loop/watch"
	"onthewire/lessons/internal/leak"
	"onthewire/lessons/internal/measure"
)

// Both ends of ten thousand connections do not fit into one process, and a limit that is
// lowered stays low. So this test binary also plays the parts that need a process of
// their own.
func TestMain(m *testing.M) {
	var err error
	switch os.Getenv("PART") {
	case "":
		os.Exit(m.Run())
	case "crowd":
		err = crowd(os.Getenv("ADDR"), os.Getenv("CLIENTS"))
	case "short of descriptors":
		err = shortOfDescriptors()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func part(t *testing.T, name string, env ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), append(env, "PART="+name)...)
	cmd.Stderr = os.Stderr
	return cmd
}

func TestTenThousandClientsAreServed(t *testing.T) {
	n := size(2000, 10_000)
	if most := measure.MaxDescriptors() - 100; n > most {
		t.Logf("only %d clients: this process may open no more than %d descriptors", most, measure.MaxDescriptors())
		n = most
	}
	s := start(t, 1, nil)
	out, err := part(t, "crowd", "ADDR="+s.Addr().String(), "CLIENTS="+strconv.Itoa(n)).Output()
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

// crowd is n clients which connect, all speak, and all wait for their answer.
func crowd(address, count string) error {
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
		conn.SetReadDeadline(begun.Add(patience))
		if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != string(hello) {
			return fmt.Errorf("client %d of %d: %q, %v", i, n, answer, err)
		}
	}
	fmt.Println(time.Since(begun))
	return nil
}

func TestAStormOfResetsLeavesNothingBehind(t *testing.T) {
	n := size(4000, 50_000)
	s := start(t, 1, nil)
	polite := s.dial()
	echoes(t, polite, hello)
	before, _ := leak.Descriptors()
	var rude sync.WaitGroup
	for worker := range 4 {
		rude.Go(func() {
			for i := range n / 4 {
				conn, err := net.Dial("tcp", s.Addr().String())
				if err != nil {
					t.Errorf("client %d: %v", i, err)
					return
				}
				if worker%2 == 0 {
					conn.Write(hello)
				}
				conn.(*net.TCPConn).SetLinger(0)
				conn.Close()
			}
		})
	}
	rude.Wait()
	echoes(t, polite, hello)
	s.until("all are closed", func(seen *watch.Seen) bool {
		return len(seen.Clients) == n+1 && seen.Closed == n
	})
	echoes(t, polite, hello) // its turn comes after the sweep
	if after, known := leak.Descriptors(); known && after > before {
		t.Errorf("%d descriptors before the storm, %d after it", before, after)
	}
}

// Everybody has gone before the server looks for the first time.
func TestClientsThatLeftBeforeAcceptDisturbNobody(t *testing.T) {
	leak.Check(t)
	s := listen(t, 1, nil)
	for range 50 {
		reset(t, s.dial())
	}
	last := s.dial()
	s.run()
	echoes(t, last, hello)
}

func TestRunningOutOfDescriptorsLosesNoClient(t *testing.T) {
	leak.Check(t)
	server := part(t, "short of descriptors")
	stdin, err := server.StdinPipe()
	must(t, err)
	stdout, err := server.StdoutPipe()
	must(t, err)
	must(t, server.Start())
	lines := bufio.NewScanner(stdout)
	line := func() string {
		if !lines.Scan() {
			t.Fatalf("the server has died: %v", lines.Err())
		}
		return lines.Text()
	}

	address := line()
	const n = 150
	clients := make([]*net.TCPConn, n)
	for i := range clients {
		clients[i] = dial(t, address)
		_, err := clients[i].Write(hello)
		must(t, err)
	}
	// Some are served, the others wait in the queue, and the server must sleep meanwhile.
	const unlucky = maxOpen - elsewhere
	clients[unlucky].SetReadDeadline(time.Now().Add(300 * time.Millisecond))
	if _, err := clients[unlucky].Read(make([]byte, 1)); err == nil {
		t.Errorf("%d clients were accepted with %d descriptors", unlucky, maxOpen-elsewhere)
	}
	clients[unlucky].SetReadDeadline(time.Now().Add(patience))

	_, err = io.WriteString(stdin, "\n") // something else in the process frees descriptors
	must(t, err)
	for i, c := range clients { // and each client that leaves makes room for the next
		answer := make([]byte, len(hello))
		if _, err := io.ReadFull(c, answer); err != nil {
			t.Fatalf("client %d: %v", i, err)
		}
		if i >= unlucky {
			c.Close()
		}
	}
	stdin.Close()
	waits, err := strconv.Atoi(line())
	must(t, err)
	if waits > 10*n {
		t.Errorf("the server waited %d times for %d clients: it is spinning", waits, n)
	}
	if line() != "EMFILE seen: true" {
		t.Error("the limit was never reached: the test shows nothing")
	}
	must(t, server.Wait())
}

const (
	maxOpen   = 64 // descriptors that the server may have
	elsewhere = 20 // of them used up by another part of the program
)

// shortOfDescriptors is a server that runs until its standard input ends. After the first
// line of it, some descriptors become free.
func shortOfDescriptors() error {
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: maxOpen, Max: maxOpen}); err != nil {
		return err
	}
	var held [elsewhere]int
	for i := range held {
		var err error
		if held[i], err = unix.Dup(0); err != nil {
			return err
		}
	}
	s, err := loop.Listen(context.Background(), "127.0.0.1:0", 1)
	if err != nil {
		return err
	}
	var waits int
	var full bool
	s.Trace = func(call string, _, _ int, err error) {
		if call == "wait" {
			waits++
		}
		full = full || err == unix.EMFILE
	}
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		stdin := bufio.NewScanner(os.Stdin)
		stdin.Scan()
		for _, fd := range held {
			unix.Close(fd)
		}
		stdin.Scan()
		stop()
	}()
	fmt.Println(s.Addr())
	if err := s.Run(ctx); err != nil {
		return err
	}
	fmt.Println(waits)
	fmt.Println("EMFILE seen:", full)
	return nil
}
