package main

import (
	"bufio"
	"bytes"
	"encoding/json"
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

	"onthewire/lessons/02-socket-options/experiments"
	"onthewire/lessons/02-socket-options/options"
)

// The program itself, as a person runs it: what it prints and how it exits.

func TestMain(m *testing.M) {
	if os.Getenv("LESSON2") != "" {
		main()
	}
	testscript.Main(m, map[string]func(){"lesson2": main})
}

func lesson2(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "LESSON2=yes", "NO_COLOR=1")
	return cmd
}

func TestMistakesAreAnsweredInOneLine(t *testing.T) {
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() }) // the script runs in parallel, after this function
	testscript.Run(t, testscript.Params{
		Files: []string{"testdata/mistakes.txtar"},
		Setup: func(env *testscript.Env) error {
			env.Setenv("TAKEN", taken.Addr().String())
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

func TestAServerSaysWhereItListensAndStopsOnASignal(t *testing.T) {
	for _, way := range []string{"socket", "control"} {
		for _, signal := range []os.Signal{syscall.SIGINT, syscall.SIGTERM} {
			cmd := lesson2("serve", "--way", way, "--addr", "127.0.0.1:0")
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer cmd.Process.Kill()
			line, err := bufio.NewReader(out).ReadString('\n')
			address, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
			if !ok {
				t.Fatalf("its first line is %q, %v", line, err)
			}
			conn, err := net.Dial("tcp4", address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(10 * time.Second))
			conn.Write([]byte("hello, wire\n"))
			if answer, err := bufio.NewReader(conn).ReadString('\n'); answer != "hello, wire\n" {
				t.Fatalf("it answers %q, %v", answer, err)
			}
			begun := time.Now()
			cmd.Process.Signal(signal)
			if err := cmd.Wait(); err != nil {
				t.Errorf("on %v it exits with %v", signal, err)
			}
			if took := time.Since(begun); took > 5*time.Second {
				t.Errorf("it took %v to stop", took)
			}
		}
	}
}

func TestNoOptionIsInTheTableWithoutAnExperiment(t *testing.T) {
	if len(experiments.All()) < 10 {
		t.Skip("the experiments ask Linux, and this is another system")
	}
	shown := map[string]string{} // option to experiment
	names := map[string]bool{}
	for _, e := range experiments.All() {
		if names[e.Name] || e.About == "" || len(e.Subjects) == 0 || e.Do == nil {
			t.Errorf("experiment %q: its name is taken, or something of it is missing", e.Name)
		}
		names[e.Name] = true
		for _, o := range e.Subjects {
			shown[o+" "+e.Name] = e.Name
		}
	}
	for _, o := range options.Table {
		if shown[o.Name+" "+o.Try] == "" {
			t.Errorf("%s: the experiment %q does not say that it shows it", o.Name, o.Try)
		}
	}
}

func TestListPrintsWhatAProgramCanRead(t *testing.T) {
	out, err := lesson2("list", "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct{ Name, Kernel, Go, Try string }
	if err := json.Unmarshal(out, &rows); err != nil || len(rows) != len(options.Table) {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, r := range rows {
		if r.Name == "TCP_NODELAY" && (r.Kernel != "0" || r.Go != "1") {
			t.Errorf("it says: %+v", r)
		}
	}
}

func TestTheListFitsInTheTerminal(t *testing.T) {
	for _, columns := range []int{80, 60} {
		for _, words := range [][]string{{"list"}, {"list", "TCP_NODELAY"}, {"twelve"}} {
			cmd := lesson2(words...)
			cmd.Env = append(cmd.Env, "COLUMNS="+strconv.Itoa(columns))
			out, err := cmd.Output()
			if exit, ok := errors.AsType[*exec.ExitError](err); ok && bytes.HasPrefix(exit.Stderr, []byte("lab: ")) {
				t.Logf("%q is not tried: %s", words, exit.Stderr)
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(string(out)) {
				if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > columns {
					t.Errorf("%q: a line of %d columns, want at most %d: %s", words, n, columns, line)
				}
			}
		}
	}
}

func TestTheDemoEndsByItselfAndShowsEachRelation(t *testing.T) {
	cmd := lesson2("demo")
	cmd.Env = append(cmd.Env, "LC_ALL=C")
	begun := time.Now()
	out, err := cmd.CombinedOutput()
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
		"two writes, TCP_NODELAY 0 ",
		"one byte unread, half-close first          all of it, then EOF\n",
		"make exercise 2.1",
	} {
		if !strings.Contains(string(out), sentence) {
			t.Errorf("it does not say %q:\n%s", sentence, out)
		}
	}
}

func TestAnInterruptedDemoSaysSo(t *testing.T) {
	cmd := lesson2("demo")
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), "It speaks") { // now it is busy
			cmd.Process.Signal(os.Interrupt)
		}
	}
	err = cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 130 || said.String() != "interrupted\n" {
		t.Errorf("it ends with %v and says %q, want 130 and \"interrupted\"", err, said.String())
	}
}
