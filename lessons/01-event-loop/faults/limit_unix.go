//go:build unix

package faults

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const (
	maxOpen   = 64 // descriptors that the server may have
	elsewhere = 20 // of them used up by another part of the program

	// part is set in the environment of a child: a limit that is lowered stays low, so the
	// test binary plays the server in a process of its own.
	part = "SHORT_OF_DESCRIPTORS"
)

func runningOutOfDescriptorsLosesNoClient(t *testing.T, _ *suite) {
	child := short(t)
	address := child.line()
	clients := make([]net.Conn, 150)
	for i := range clients {
		clients[i] = dial(t, address)
		_, err := clients[i].Write(hello)
		must(t, err)
	}

	// Some are served, the others wait in the queue, and the server must sleep meanwhile.
	const unlucky = maxOpen - elsewhere
	_, err := io.ReadFull(clients[0], make([]byte, 1))
	must(t, err)
	begun, before := time.Now(), child.cpu()
	clients[unlucky].SetReadDeadline(begun.Add(400 * time.Millisecond))
	if _, err := clients[unlucky].Read(make([]byte, 1)); err == nil {
		t.Errorf("%d clients were accepted with %d descriptors", unlucky+1, unlucky)
	}
	clients[unlucky].SetReadDeadline(begun.Add(patience))
	if busy, waited := child.cpu()-before, time.Since(begun); busy > waited/5 {
		t.Errorf("the server was busy for %v of %v in which it could do nothing: it is spinning", busy, waited)
	}

	child.say("free")           // something else in the process frees descriptors
	for i, c := range clients { // and each client that leaves makes room for the next
		answer := make([]byte, len(hello))
		if i == 0 {
			answer = answer[1:] // it has had the first byte
		}
		if _, err := io.ReadFull(c, answer); err != nil {
			t.Fatalf("client %d: %v", i, err)
		}
		if i >= unlucky {
			c.Close()
		}
	}
	must(t, child.stdin.Close())
	must(t, child.cmd.Wait())
}

// A child is the server, in a process that may open few files.
type child struct {
	t     *testing.T
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines *bufio.Scanner
}

func short(t *testing.T) *child {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	t.Cleanup(cancel)
	parent := path.Dir(t.Name())
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^"+parent+"$")
	cmd.Env = append(os.Environ(), part+"=1")
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	must(t, err)
	stdout, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	return &child{t: t, cmd: cmd, stdin: stdin, lines: bufio.NewScanner(stdout)}
}

func (c *child) say(word string) {
	c.t.Helper()
	_, err := fmt.Fprintln(c.stdin, word)
	must(c.t, err)
}

func (c *child) line() string {
	c.t.Helper()
	if !c.lines.Scan() {
		c.t.Fatalf("the server has died: %v", c.lines.Err())
	}
	return c.lines.Text()
}

// cpu is how much processor time the child has used.
func (c *child) cpu() time.Duration {
	c.t.Helper()
	c.say("cpu")
	used, err := time.ParseDuration(c.line())
	must(c.t, err)
	return used
}

// playPart never returns in the child.
func (s *suite) playPart() {
	if os.Getenv(part) == "" {
		return
	}
	if err := s.shortOfDescriptors(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// shortOfDescriptors is a server that runs until its standard input ends, and does what it
// is told there.
func (s *suite) shortOfDescriptors() error {
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
	srv, err := s.listen(context.Background(), "127.0.0.1:0")
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		defer stop()
		for stdin := bufio.NewScanner(os.Stdin); stdin.Scan(); {
			switch stdin.Text() {
			case "cpu":
				var used unix.Rusage
				unix.Getrusage(unix.RUSAGE_SELF, &used)
				fmt.Fprintln(os.Stdout, time.Duration(used.Utime.Nano()+used.Stime.Nano()))
			case "free":
				for _, fd := range held {
					unix.Close(fd)
				}
			}
		}
	}()
	fmt.Fprintln(os.Stdout, srv.Addr())
	return srv.Run(ctx)
}
