package main

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/rogpeppe/go-internal/testscript"

	"onthewire/lessons/04-quic/echo"
	"onthewire/lessons/internal/devcert"
)

// The program itself, as a person runs it: what it prints and how it exits.

func TestMain(m *testing.M) {
	if os.Getenv("LESSON4") != "" {
		main()
	}
	testscript.Main(apart{m}, map[string]func(){"lesson4": main})
}

// apart are tests that do not touch this user's own authority and tickets.
type apart struct{ *testing.M }

func (a apart) Run() int {
	cache, err := os.MkdirTemp("", "lesson4")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(cache)
	os.Setenv("XDG_CACHE_HOME", cache)
	return a.M.Run()
}

func lesson4(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "LESSON4=yes", "NO_COLOR=1", "LC_ALL=C")
	return cmd
}

func TestMistakesAreAnsweredInOneLine(t *testing.T) {
	t.Parallel()
	served := start(t, "serve", "--addr", "127.0.0.1:0")
	serve := served.next("listening on ")
	trust := served.next("trust: --cacert ")
	another, err := devcert.LoadFrom(filepath.Join(t.TempDir(), "another"))
	if err != nil {
		t.Fatal(err)
	}
	silent, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close() }) // the script runs in parallel, after this function
	settings := map[string]string{
		"XDG_CACHE_HOME": os.Getenv("XDG_CACHE_HOME"),
		"SERVE":          serve,
		"TRUST":          trust,
		"ANOTHER":        another.Path(),
		"SILENT":         silent.LocalAddr().String(),
		"FOREIGN":        peer(t, "h3", func(*quic.Transport, *quic.Conn) {}),
		"STOPPING":       peer(t, echo.Protocol, func(_ *quic.Transport, c *quic.Conn) { c.CloseWithError(echo.Stopping, "the server stops") }),
		"GONE":           peer(t, echo.Protocol, func(tr *quic.Transport, _ *quic.Conn) { tr.Close() }),
		"LONG":           strings.Repeat("x", echo.Limit+1),
	}
	testscript.Run(t, testscript.Params{
		Files: []string{"testdata/mistakes.txtar"},
		Setup: func(env *testscript.Env) error {
			for name, value := range settings {
				env.Setenv(name, value)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}

// exits is for scripts: exits STATUS PROGRAM ARGS.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	exit, ok := errors.AsType[*exec.ExitError](ts.Exec(args[1], args[2:]...))
	if !ok || exit.ExitCode() != want {
		ts.Fatalf("it did not exit with %d", want)
	}
}

// peer is a server that waits for a stream and then does something else than answer.
func peer(t *testing.T, protocol string, do func(*quic.Transport, *quic.Conn)) string {
	t.Helper()
	authority, err := devcert.Load()
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := authority.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	socket, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	transport := &quic.Transport{Conn: socket}
	tls := echo.ServerTLS(certificate)
	tls.NextProtos = []string{protocol}
	listener, err := transport.Listen(tls, echo.Config())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		transport.Close()
		socket.Close()
	})
	go func() {
		conn, err := listener.Accept(context.Background())
		if err != nil {
			return
		}
		if _, err := conn.AcceptStream(context.Background()); err == nil {
			do(transport, conn)
		}
	}()
	return socket.LocalAddr().String()
}

// A running is a program that has been started, and the lines that it prints.
type running struct {
	t *testing.T
	*exec.Cmd
	lines *bufio.Scanner
}

func start(t *testing.T, args ...string) *running {
	t.Helper()
	cmd := lesson4(args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	return &running{t, cmd, bufio.NewScanner(out)}
}

// next is the rest of the next line, which has to begin so.
func (r *running) next(prefix string) string {
	r.t.Helper()
	r.lines.Scan()
	rest, ok := strings.CutPrefix(r.lines.Text(), prefix)
	if !ok {
		r.t.Fatalf("its next line is %q, not %q", r.lines.Text(), prefix)
	}
	return rest
}

// ends sends a signal and wants the program to end in good order.
func (r *running) ends(signal os.Signal) {
	r.t.Helper()
	begun := time.Now()
	r.Process.Signal(signal)
	for r.lines.Scan() {
	}
	if err := r.Wait(); err != nil {
		r.t.Errorf("on %v it exits with %v", signal, err)
	}
	if took := time.Since(begun); took > 5*time.Second {
		r.t.Errorf("it took %v to end", took)
	}
}

func TestTheServerEchoesAndStopsOnASignal(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{syscall.SIGINT, syscall.SIGTERM} {
		served := start(t, "serve", "--addr", "127.0.0.1:0")
		address := served.next("listening on ")
		trust := served.next("trust: --cacert ")
		for text, want := range map[string]string{"": "Hello, QUIC!\n", "hello, wire": "hello, wire\n"} {
			args := []string{"say", "--addr", address, "--cacert", trust}
			if text != "" {
				args = append(args, text)
			}
			out, err := lesson4(args...).Output()
			if err != nil || string(out) != want {
				t.Errorf("say prints %q, %v", out, err)
			}
		}
		served.ends(signal)
	}
}

func TestASecondVisitIsEarlyAlsoAfterARestartUnlessTheKeysAreOthers(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	visit := func(address, want string) {
		t.Helper()
		cmd := lesson4("say", "--addr", address, "--tickets", folder+"/tickets")
		var how strings.Builder
		cmd.Stderr = &how
		out, err := cmd.Output()
		if err != nil || string(out) != "Hello, QUIC!\n" || how.String() != want+"\n" {
			t.Errorf("say prints %q and %q, %v; want %q", out, how.String(), err, want)
		}
	}
	first := start(t, "serve", "--addr", "127.0.0.1:0", "--ticket-keys", folder+"/keys")
	address := first.next("listening on ")
	visit(address, "first visit: the handshake came first")
	visit(address, "early: accepted")
	first.ends(syscall.SIGTERM)
	second := start(t, "serve", "--addr", address, "--ticket-keys", folder+"/keys")
	second.next("listening on ")
	visit(address, "early: accepted")
	second.ends(syscall.SIGTERM)
	third := start(t, "serve", "--addr", address, "--ticket-keys", folder+"/others")
	third.next("listening on ")
	visit(address, "early: rejected, and said again")
	visit(address, "early: accepted")
	third.ends(syscall.SIGTERM)
}
