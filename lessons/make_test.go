package lessons

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestMakeLessonWantsOneNumber(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skipf("no make here: %v", err)
	}
	for _, words := range []string{"lesson", "lesson 99", "lesson abc", "lesson 1 3", "lesson 1 1", "lesson 1 test", "lesson %", "lesson 001x"} {
		out, status := makes(words)
		if status != 2 || !strings.Contains(out, "01-event-loop") || strings.Contains(out, "LESSON") {
			t.Errorf("make %s: status %d, want 2 and the list of lessons\n%s", words, status, out)
		}
	}
	for _, words := range []string{"tset", "1"} {
		out, status := makes(words)
		if status != 2 || !strings.Contains(out, "No rule to make target") {
			t.Errorf("make %s: status %d, want 2 and No rule\n%s", words, status, out)
		}
	}
}

func TestMakeLessonRunsThatLesson(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skipf("no make here: %v", err)
	}
	for _, words := range []string{"lesson 1", "lesson 01", "lessons 1"} {
		out, status := makes(words + " ARGS=--help")
		if status != 0 || !strings.Contains(out, "Usage: lesson1") {
			t.Errorf("make %s ARGS=--help: status %d\n%s", words, status, out)
		}
	}
}

func TestMakeExerciseAloneListsAllOfThem(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skipf("no make here: %v", err)
	}
	out, status := makes("exercise")
	for _, file := range []string{"1-short-write/flush.go", "2-stale-event/batch.go", "3-chat/chat.go"} {
		line := regexp.MustCompile(`(?m)^  1\.` + file[:1] + `  (solved|to do |wrong )  lessons/01-event-loop/exercises/` + file + `$`)
		if status != 0 || !line.MatchString(out) {
			t.Errorf("make exercise: status %d, want 0 and a line about %s\n%s", status, file, out)
		}
	}
}

func TestMakeExerciseWantsOneNumber(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skipf("no make here: %v", err)
	}
	if out, err := exec.Command("go", "build", "-o", "../bin/exercise", "./internal/exercise/run").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	builds(t, "true") // what it refuses here it has built above
	for _, words := range []string{"exercise 9.9", "exercise abc", "exercise 1", "exercise 1.1 1.2", "exercise 1.1 1.1", "exercise 1.1 test", "exercise %", "exercise lesson 1", "exercise prove"} {
		out, status := makes(words)
		if status != 2 || !strings.Contains(out, "  1.1  short write\n") || strings.Contains(out, "EXERCISE") {
			t.Errorf("make %s: status %d, want 2 and the list of exercises\n%s", words, status, out)
		}
	}
	if out, status := makes("exercises 1.1"); status != 2 || !strings.Contains(out, "No rule to make target") {
		t.Errorf("make exercises 1.1: status %d, want 2 and No rule\n%s", status, out)
	}
}

// It may have been solved here.
func TestMakeExerciseSaysWhatToDoNext(t *testing.T) {
	t.Parallel() // of those that run bin/exercise the only one: who builds may not find it running
	if _, err := exec.LookPath("make"); err != nil {
		t.Skipf("no make here: %v", err)
	}
	files := map[string]string{
		"1.1": "lessons/01-event-loop/exercises/1-short-write/flush.go",
		"1.2": "lessons/01-event-loop/exercises/2-stale-event/batch.go",
		"1.3": "lessons/01-event-loop/exercises/3-chat/chat.go",
	}
	if os.Getenv("SOAK") == "" {
		files = map[string]string{"1.2": files["1.2"]} // make exercise says the same of all of them
	}
	for number, file := range files {
		out, status := makes("exercise " + number)
		untouched := strings.Contains(read(t, "../"+file), "exercise.TODO(")
		if untouched && (status != 2 || !strings.Contains(out, number+" is not solved yet: open "+file)) {
			t.Errorf("make exercise %s: status %d, want 2 and what file to open\n%s", number, status, out)
		}
		if !untouched && !strings.Contains(out, number+" is ") {
			t.Errorf("make exercise %s: status %d, and no word about it\n%s", number, status, out)
		}
	}
}

func TestMakeAloneHelps(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skipf("no make here: %v", err)
	}
	out, status := makes("")
	for _, target := range regexp.MustCompile(`(?m)^([a-z]+):$`).FindAllStringSubmatch(read(t, "../Makefile"), -1) {
		if name := target[1]; name != "help" && !strings.Contains(out, "make "+name) {
			t.Errorf("make does not mention make %s:\n%s", name, out)
		}
	}
	if status != 0 {
		t.Errorf("make: status %d\n%s", status, out)
	}
}

// builds puts another program in place of go, where a test needs nothing built.
func builds(t *testing.T, program string) {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(path, filepath.Join(dir, "go")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// makes runs make with these words, at the root, and returns all that it prints.
func makes(words string) (out string, status int) {
	cmd := exec.Command("make", append([]string{"-C", ".."}, strings.Fields(words)...)...)
	for _, variable := range os.Environ() { // not as part of a make that runs this test
		if name, _, _ := strings.Cut(variable, "="); !strings.HasPrefix(name, "MAKE") && name != "MFLAGS" && name != "ARGS" {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(cmd.Env, "LC_ALL=C")
	printed, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		status = exit.ExitCode()
	} else if err != nil {
		status = -1
	}
	return string(printed), status
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
