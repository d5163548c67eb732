// Command run is what make exercise calls, at the root: it lists the exercises, checks
// one of them, or proves that the checks themselves are right.
package main

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"onthewire/lessons/internal/exercise"
)

const usage = "usage: exercise list, exercise check 1.1, exercise prove"

func main() {
	all, err := find()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	words := os.Args[1:]
	switch {
	case len(words) == 1 && words[0] == "list":
		err = list(all)
	case len(words) == 2 && words[0] == "check":
		err = check(all, words[1])
	case len(words) == 1 && words[0] == "prove":
		err = prove(all)
	default:
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A task is one exercise.
type task struct {
	number string // 1.2
	name   string // stale event
	folder string // lessons/01-event-loop/exercises/2-stale-event
	file   string // batch.go: the reader's
}

// find finds the exercises of all lessons, in their order.
func find() (all []task, err error) {
	solutions, err := filepath.Glob("lessons/[0-9][0-9]-*/exercises/[0-9]-*/testdata/solution/*.go")
	if err != nil {
		return nil, err
	}
	for _, solution := range solutions {
		solution = filepath.ToSlash(solution)
		folder, file := path.Dir(path.Dir(path.Dir(solution))), path.Base(solution)
		_, name, _ := strings.Cut(path.Base(folder), "-")
		all = append(all, task{exercise.Number(folder), strings.ReplaceAll(name, "-", " "), folder, file})
	}
	if len(all) == 0 {
		return nil, errors.New("no exercise below lessons: run this at the root")
	}
	return all, nil
}

// list says of each exercise whether it is solved.
func list(all []task) error {
	results, err := test(all, []string{"EXERCISE="})
	if err != nil {
		return err
	}
	for _, e := range all {
		fmt.Printf("  %s  %-6s  %s/%s\n", e.number, results[e.folder].state, e.folder, e.file)
	}
	return nil
}

// check runs the check of one exercise, and says what to do next.
func check(all []task, number string) error {
	for i, e := range all {
		if e.number != number {
			continue
		}
		results, err := test(all[i:i+1], []string{"EXERCISE=" + number}, "-count=1")
		if err != nil {
			return err
		}
		result := results[e.folder]
		fmt.Print(result.printed)
		if result.state != solved {
			return fmt.Errorf("%s is not solved yet: %s", number, result.said)
		}
		fmt.Printf("%s is solved: %s\n", number, e.name)
		return nil
	}
	fmt.Fprintln(os.Stderr, "make exercise takes the number of one exercise:")
	for _, e := range all {
		fmt.Fprintf(os.Stderr, "  %s  %s\n", e.number, e.name)
	}
	os.Exit(2)
	return nil
}
