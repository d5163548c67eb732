package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
)

// What an exercise may be.
const (
	solved = "solved"
	todo   = "to do"
	wrong  = "wrong"
)

// A result is what go test says about one exercise.
type result struct {
	state   string
	said    string // by the check: why it is not solved
	printed string // by the reader's code, or by a crash
}

// test runs go test on these exercises, with more environment and more words, and returns
// the results by folder.
func test(tasks []task, env []string, words ...string) (map[string]result, error) {
	args := append([]string{"test", "-json"}, words...)
	for _, e := range tasks {
		args = append(args, "./"+e.folder)
	}
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if _, failed := errors.AsType[*exec.ExitError](err); err != nil && !failed {
		return nil, fmt.Errorf("go test: %w", err)
	}
	results, err := read(out)
	if err != nil {
		return nil, fmt.Errorf("go test: %w\n%s", err, stderr.Bytes())
	}
	for _, e := range tasks {
		if _, ok := results[e.folder]; !ok {
			return nil, fmt.Errorf("go test says nothing about %s\n%s", e.folder, stderr.Bytes())
		}
	}
	return results, nil
}

// read reads what go test -json prints; see go doc test2json.
func read(out []byte) (map[string]result, error) {
	said := make(map[string]string) // by package, or by what was built
	results := make(map[string]result)
	skipped := make(map[string]bool)
	for lines := json.NewDecoder(bytes.NewReader(out)); ; {
		var event struct{ Action, Package, Test, Output, ImportPath, FailedBuild string }
		if err := lines.Decode(&event); err == io.EOF {
			return results, nil
		} else if err != nil {
			return nil, err
		}
		folder := strings.TrimPrefix(event.Package, "onthewire/")
		switch {
		case event.Action == "build-output":
			said[event.ImportPath] += event.Output
		case event.Action == "output":
			said[event.Package] += event.Output
		case event.Action == "skip" && event.Test != "":
			skipped[event.Package] = true
		case event.Test != "":
		case event.Action == "pass" && skipped[event.Package]:
			results[folder] = split(todo, said[event.Package])
		case event.Action == "pass":
			results[folder] = split(solved, said[event.Package])
		case event.Action == "fail" && event.FailedBuild != "":
			results[folder] = result{wrong, "it does not compile", said[event.FailedBuild]}
		case event.Action == "fail":
			results[folder] = split(wrong, said[event.Package])
		}
	}
}

var (
	frame = regexp.MustCompile(`^(=== |--- |PASS\n|FAIL\n|FAIL\t|ok  \t|exit status )`)
	place = regexp.MustCompile(`^ +\w+_test\.go:\d+: `)
)

// split takes what the check said out of what go test has printed, and leaves out what go
// test itself puts around it.
func split(state, out string) result {
	var said, printed strings.Builder
	for line := range strings.Lines(out) {
		if from := place.FindString(line); from != "" {
			said.WriteString(line[len(from):])
		} else if more, ok := strings.CutPrefix(line, "        "); ok && said.Len() > 0 {
			said.WriteString(more)
		} else if !frame.MatchString(line) {
			printed.WriteString(line)
		}
	}
	if said.Len() == 0 {
		said.WriteString("it ends before its check does")
	}
	return result{state, strings.TrimSpace(said.String()), printed.String()}
}
