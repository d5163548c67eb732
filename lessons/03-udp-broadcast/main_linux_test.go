package main

import (
	"bufio"
	"errors"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// The program itself, as a person runs it: what it prints and how it exits.

func TestMain(m *testing.M) {
	if os.Getenv("LESSON3") != "" {
		main()
	}
	testscript.Main(m, map[string]func(){"lesson3": main})
}

func lesson3(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "LESSON3=yes", "NO_COLOR=1", "LC_ALL=C")
	return cmd
}

func TestMistakesAreAnsweredInOneLine(t *testing.T) {
	taken, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() }) // the script runs in parallel, after this function
	testscript.Run(t, testscript.Params{
		Files: []string{"testdata/mistakes.txtar"},
		Setup: func(env *testscript.Env) error {
			env.Setenv("TAKEN", taken.LocalAddr().String())
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": func(ts *testscript.TestScript, _ bool, args []string) {
				want, err := strconv.Atoi(args[0])
				ts.Check(err)
				exit, ok := errors.AsType[*exec.ExitError](ts.Exec(args[1], args[2:]...))
				if !ok || exit.ExitCode() != want {
					ts.Fatalf("it did not exit with %d", want)
				}
			},
		},
	})
}

// A running is a program that has been started, and the lines that it prints.
type running struct {
	t *testing.T
	*exec.Cmd
	lines *bufio.Scanner
}

func start(t *testing.T, args ...string) *running {
	t.Helper()
	cmd := lesson3(args...)
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

// next is the next line that begins so.
func (r *running) next(prefix string) string {
	r.t.Helper()
	for r.lines.Scan() {
		if rest, ok := strings.CutPrefix(r.lines.Text(), prefix); ok {
			return rest
		}
	}
	r.t.Fatalf("it ended and never said %q", prefix)
	return ""
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

func TestAListenerOnTheWildcardAddressHearsABroadcastAndShowsWhatTheKernelKnows(t *testing.T) {
	for _, signal := range []os.Signal{syscall.SIGINT, syscall.SIGTERM} {
		l := start(t, "listen", "--addr", "0.0.0.0:0")
		_, port, err := net.SplitHostPort(l.next("listening on "))
		if err != nil {
			t.Fatal(err)
		}
		if out, err := lesson3("send", "--to", "127.255.255.255:"+port).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		line := l.next("17 bytes from 127.0.0.1:")
		for _, part := range []string{" to 127.255.255.255 by lo, TTL 64, at ", `"Hello, broadcast!"`} {
			if !strings.Contains(line, part) {
				t.Errorf("it says %q, and not %q", line, part)
			}
		}
		l.ends(signal)
	}
}

func TestTwoProgramsOnOneMachineFindEachOtherAndSayGoodbye(t *testing.T) {
	anna := start(t, "discover", "--iface", "lo", "--name", "anna")
	bob := start(t, "discover", "--iface", "lo", "--name", "bob")
	anna.next("joined    bob: chat at 127.0.0.1:9000")
	bob.next("joined    anna: chat at 127.0.0.1:9000")
	bob.ends(syscall.SIGINT)
	anna.next("left      bob: chat")
	anna.ends(syscall.SIGTERM)
}

func TestTheDemoEndsByItselfAndShowsWhoHears(t *testing.T) {
	begun := time.Now()
	out, err := lesson3("demo").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	for line := range strings.Lines(string(out)) {
		if len(line) > 81 {
			t.Errorf("a line of more than 80 columns: %s", line)
		}
	}
	for _, sentence := range []string{
		"bound to 127.0.0.1                         hears nothing\n",
		"sendto: EACCES",
		"make exercise 3.1",
	} {
		if !strings.Contains(string(out), sentence) {
			t.Errorf("it does not say %q:\n%s", sentence, out)
		}
	}
}

func TestWithoutAnInterfaceDiscoverSaysSoAndWaits(t *testing.T) {
	cmd := lesson3("discover", "--iface", "nonesuch0")
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	line, err := bufio.NewReader(said).ReadString('\n')
	if !strings.HasPrefix(line, "no interface is up that leads to anybody; ") {
		t.Errorf("it says %q, %v", line, err)
	}
	cmd.Process.Signal(os.Interrupt)
	if err := cmd.Wait(); err != nil {
		t.Errorf("interrupted, it exits with %v", err)
	}
}
