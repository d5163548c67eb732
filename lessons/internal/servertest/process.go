package servertest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A server is one that a test has started, in this process or another.
type server struct {
	t       *testing.T
	talk    Talk
	address string
	stop    func()
	ended   chan error
	pid     int // 0: it is in this process
}

// skipWhereUnsupported opens the server once, since this system may lack what it takes.
func (s *Server) skipWhereUnsupported(t *testing.T) {
	t.Helper()
	if s.Open == nil {
		return
	}
	_, run, err := s.Open(t.Context(), Settings{})
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	must(t, err)
	over, stop := context.WithCancel(t.Context())
	stop()
	must(t, run(over)) // it closes the listener
}

// start runs a server until the end of the test, in this process where that is possible.
func (s *Server) start(t *testing.T) *server {
	t.Helper()
	if s.Open == nil {
		return s.program(t, Settings{Drain: usual})
	}
	srv, run := s.open(t)
	run()
	return srv
}

// open opens a server in this process, which does not run yet.
func (s *Server) open(t *testing.T) (srv *server, start func()) {
	t.Helper()
	address, run, err := s.Open(t.Context(), Settings{Drain: usual})
	must(t, err)
	ctx, stop := context.WithCancel(context.Background())
	srv = &server{t: t, talk: s.Talk, address: address, stop: stop, ended: make(chan error, 1)}
	t.Cleanup(func() {
		stop()
		srv.wait()
	})
	return srv, func() { go func() { srv.ended <- run(ctx) }() }
}

// The environment of a child: which test's server it is, and its settings.
const (
	partOf  = "SERVERTEST"
	drainIs = "SERVERTEST_DRAIN"
	idleIs  = "SERVERTEST_IDLE"
)

// program runs a server in a process of its own. That is its command, or this test binary.
func (s *Server) program(t *testing.T, set Settings, around ...string) *server {
	t.Helper()
	if runtime.GOOS == "windows" && s.Command != nil {
		t.Skip("no signal stops a program here")
	}
	var cmd *exec.Cmd
	if s.Command != nil {
		cmd = s.Command(set)
	} else {
		test, _, _ := strings.Cut(t.Name(), "/")
		cmd = exec.Command(os.Args[0], "-test.run=^"+test+"$")
		cmd.Env = append(os.Environ(), partOf+"="+test, drainIs+"="+set.Drain.String(), idleIs+"="+set.Idle.String())
	}
	if len(around) > 0 {
		cmd.Args = append(around, append([]string{cmd.Path}, cmd.Args[1:]...)...)
		var err error
		cmd.Path, err = exec.LookPath(around[0])
		must(t, err)
	}
	out, err := cmd.StdoutPipe()
	must(t, err)
	stop := func() { cmd.Process.Signal(syscall.SIGTERM) }
	if runtime.GOOS == "windows" {
		in, err := cmd.StdinPipe()
		must(t, err)
		stop = func() { in.Close() }
	}
	must(t, cmd.Start())
	srv := &server{t: t, talk: s.Talk, pid: cmd.Process.Pid, ended: make(chan error, 1), stop: stop}
	killed := time.AfterFunc(timeout, func() { cmd.Process.Kill() })
	line := make(chan string, 1)
	go func() {
		lines := bufio.NewReader(out)
		first, _ := lines.ReadString('\n')
		line <- strings.TrimSpace(first)
		io.Copy(io.Discard, lines)
		srv.ended <- cmd.Wait()
		killed.Stop()
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-srv.ended
	})
	srv.address = strings.TrimPrefix(<-line, "listening on ")
	srv.address = strings.Trim(strings.TrimPrefix(srv.address, "http://"), "/")
	return srv
}

// end waits until the server has stopped, and returns how.
func (s *server) end() error {
	s.t.Helper()
	select {
	case err := <-s.ended:
		s.ended <- nil // for the cleanup
		return err
	case <-time.After(timeout):
		s.t.Fatal("the server does not stop")
		return nil
	}
}

// wait fails the test unless the server stops, as it should, without an error.
func (s *server) wait() {
	s.t.Helper()
	if err := s.end(); err != nil && !isCut(err) {
		s.t.Errorf("the server ended: %v", err)
	}
}

// isCut tells whether a server has stopped, and says whom it has cut off.
func isCut(err error) bool {
	cut, ok := errors.AsType[interface {
		error
		Missing() (clients, bytes int)
	}](err)
	if !ok {
		return false
	}
	clients, bytes := cut.Missing()
	return clients > 0 && bytes > 0
}

// playPart never returns in the child.
func (s *Server) playPart(t *testing.T) {
	if os.Getenv(partOf) != t.Name() {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if runtime.GOOS == "windows" { // the end of its input stands for the signal
		go func() {
			io.Copy(io.Discard, os.Stdin)
			stop()
		}()
	}
	var set Settings
	set.Drain, _ = time.ParseDuration(os.Getenv(drainIs))
	set.Idle, _ = time.ParseDuration(os.Getenv(idleIs))
	address, run, err := s.Open(ctx, set)
	if err == nil {
		fmt.Println("listening on " + address)
		err = run(ctx)
	}
	switch {
	case err == nil:
		os.Exit(0)
	case isCut(err):
		os.Exit(cutStatus)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// cutStatus is how a server of this test binary exits when it has cut somebody off.
const cutStatus = 64
