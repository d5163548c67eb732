package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
)

// prove proves the checks: an untouched exercise is skipped by go test and fails in make
// exercise, each wrong answer fails with the message that its first line states, and the
// solution passes, with the race detector and again and again. An answer takes the place
// of the reader's file by go test -overlay.
func prove(all []task) error {
	folder, err := os.MkdirTemp("", "exercise")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)

	var claims []func() error
	claims = append(claims, func() error { return untouched(all) })
	for _, e := range all {
		answers, err := filepath.Glob(e.folder + "/testdata/*/" + e.file)
		if err != nil {
			return err
		}
		if len(answers) < 3 {
			return fmt.Errorf("%s has %d answers, want a solution and some that are wrong", e.number, len(answers))
		}
		for i, answer := range answers {
			answer = filepath.ToSlash(answer)
			overlay := filepath.Join(folder, fmt.Sprintf("%s-%d.json", e.number, i))
			claims = append(claims, func() error { return e.judge(answer, overlay) })
		}
	}

	// A wrong answer often has to be waited for, so there may be more than one at a time.
	failed := make([]error, len(claims))
	slots := make(chan struct{}, runtime.NumCPU())
	var wait sync.WaitGroup
	for i, claim := range claims {
		wait.Go(func() {
			slots <- struct{}{}
			failed[i] = claim()
			<-slots
		})
	}
	wait.Wait()
	if err := errors.Join(failed...); err != nil {
		return err
	}
	fmt.Printf("%d exercises, %d answers: the checks are right about all of them\n", len(all), len(claims)-1)
	return nil
}

func untouched(all []task) error {
	plain, err := test(all, []string{"EXERCISE="}, "-count=1")
	if err != nil {
		return err
	}
	for _, e := range all {
		said := fmt.Sprintf("not done yet: make exercise %s; see %s/README.md", e.number, path.Dir(e.folder))
		if got := plain[e.folder]; got.state != todo || got.said != said {
			return fmt.Errorf("%s, untouched, in go test: %s: %s\nwant it skipped: %s", e.number, got.state, got.said, said)
		}
		asked, err := test([]task{e}, []string{"EXERCISE=" + e.number}, "-count=1")
		if err != nil {
			return err
		}
		said = fmt.Sprintf("open %s/%s, delete the TODO", e.folder, e.file)
		if got := asked[e.folder]; got.state != wrong || !strings.HasPrefix(got.said, said) {
			return fmt.Errorf("%s, untouched, in make exercise: %s: %s\nwant it to fail: %s", e.number, got.state, got.said, said)
		}
	}
	return nil
}

// judge puts one answer in the place of the reader's file, and compares what the check
// says about it with what it has to say.
func (e task) judge(answer, overlay string) error {
	text, err := os.ReadFile(answer)
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	states, isWrong := strings.CutPrefix(first, "// check says: ")
	name := path.Base(path.Dir(answer))
	if isWrong != strings.HasPrefix(name, "wrong-") || !isWrong && name != "solution" {
		return fmt.Errorf("%s: only a wrong answer, in a folder wrong-…, begins with // check says", answer)
	}
	if err := replace(filepath.Join(e.folder, e.file), answer, overlay); err != nil {
		return err
	}

	env, words := []string{"EXERCISE=" + e.number}, []string{"-overlay=" + overlay, "-count=1"}
	if !isWrong {
		env, words = []string{"EXERCISE="}, []string{"-overlay=" + overlay, "-race", "-count=20"}
	}
	results, err := test([]task{e}, env, words...)
	if err != nil {
		return err
	}
	got := results[e.folder]
	switch {
	case !isWrong && got.state != solved:
		return fmt.Errorf("%s: %s: %s", answer, got.state, got.said)
	case isWrong && (got.state != wrong || got.said != states && !strings.HasPrefix(got.said, states+": ")):
		return fmt.Errorf("%s: %s: %s\nwant the check to say: %s", answer, got.state, got.said, states)
	}
	return nil
}

// replace writes an overlay in which one file has the text of another.
func replace(file, by, overlay string) error {
	var err error
	for _, name := range []*string{&file, &by} {
		if *name, err = filepath.Abs(*name); err != nil {
			return err
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{file: by}})
	if err != nil {
		return err
	}
	return os.WriteFile(overlay, text, 0o600)
}
