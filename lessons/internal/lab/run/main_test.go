package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"lab": main, "page-server": pageServer, "page-get": pageGet})
}

func pageServer() {
	http.ListenAndServe("10.0.0.2:80", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "hello, wire\n")
	}))
}

func pageGet() {
	host := "10.0.0.2"
	if len(os.Args) > 1 {
		host = os.Args[1]
	}
	answer, err := http.Get("http://" + host + "/")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer answer.Body.Close()
	io.Copy(os.Stdout, answer.Body)
}

// The program as a person runs it: what it prints and how it exits.
func TestTheLabByHand(t *testing.T) {
	link, err := lab.Open(lab.Way{}, lab.Way{})
	if no, ok := errors.AsType[*experiment.Unavailable](err); ok {
		t.Skipf("%v; %s", no, no.Advice())
	}
	if err != nil {
		t.Fatal(err)
	}
	link.Close()
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
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
