package main

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// The program itself, as a person runs it: what it prints and how it exits.

func TestMain(m *testing.M) {
	if os.Getenv("LESSON5") != "" {
		main()
	}
	testscript.Main(apart{m}, map[string]func(){"lesson5": main})
}

// apart are tests that do not touch this user's own authority.
type apart struct{ *testing.M }

func (a apart) Run() int {
	cache, err := os.MkdirTemp("", "lesson5")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(cache)
	os.Setenv("XDG_CACHE_HOME", cache)
	return a.M.Run()
}

func lesson5(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "LESSON5=yes", "NO_COLOR=1", "LC_ALL=C")
	return cmd
}

// script runs a file of testdata with these settings in its environment.
func script(t *testing.T, file string, settings map[string]string) {
	testscript.Run(t, testscript.Params{
		Files: []string{"testdata/" + file},
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_CACHE_HOME", os.Getenv("XDG_CACHE_HOME"))
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

// A running is a program that has been started, and the lines that it prints.
type running struct {
	t *testing.T
	*exec.Cmd
	lines  *bufio.Scanner
	errors strings.Builder // complete once it has ended
}

func start(t *testing.T, args ...string) *running {
	t.Helper()
	r := &running{t: t, Cmd: lesson5(args...)}
	r.Cmd.Stderr = &r.errors
	out, err := r.Cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Process.Kill() })
	r.lines = bufio.NewScanner(out)
	return r
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
