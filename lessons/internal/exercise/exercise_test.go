package exercise

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestAnUntouchedExerciseIsSkippedUntilSomebodyAsks(t *testing.T) {
	untouched := func() error {
		TODO("write it")
		return nil
	}
	t.Setenv("EXERCISE", "")
	if got, want := checked(t, untouched), "skipped: not done yet: make exercise 2.3; see lessons/02-x/exercises/README.md"; got != want {
		t.Errorf("go test: %s\nwant %s", got, want)
	}
	t.Setenv("EXERCISE", "2.3")
	got := checked(t, untouched)
	if !strings.HasPrefix(got, "failed: open lessons/02-x/exercises/3-y/exercise_test.go, delete the TODO in line ") || !strings.Contains(got, "write it") {
		t.Errorf("make exercise: %s", got)
	}
}

func TestATODOBesideTheCheckIsSkippedToo(t *testing.T) {
	t.Setenv("EXERCISE", "")
	got := checked(t, func() error {
		ended := make(chan error)
		go func() { ended <- Catch(func() error { TODO("write it"); return nil }) }()
		return fmt.Errorf("the server: %w", <-ended)
	})
	if !strings.HasPrefix(got, "skipped: ") {
		t.Error(got)
	}
}

func TestWhateverGoesWrongFailsTheCheckAndNothingElse(t *testing.T) {
	var none []int
	for want, check := range map[string]func() error{
		"failed: the bytes are lost": func() error { return errors.New("the bytes are lost") },
		"failed: it spins":           func() error { Fail("it spins"); return nil },
		"failed: your code panics: runtime error: index out of range [3] with length 0, at ": func() error {
			none[3]++
			return nil
		},
	} {
		if got := checked(t, check); !strings.HasPrefix(got, want) {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
	if got := checked(t, func() error { return nil }); got != "passed" {
		t.Error(got)
	}
}

func TestALoopWithoutEndIsReportedSoon(t *testing.T) {
	t.Setenv("EXERCISE", "2.3")
	enough := make(chan struct{})
	defer close(enough)
	begun := time.Now()
	got := checked(t, func() error { <-enough; return nil })
	if took := time.Since(begun); got != "failed: your code does not return" || took > 10*time.Second {
		t.Errorf("%s, after %v", got, took)
	}
}

// checked calls Check as the test of exercise 2.3 would, and tells how that ended.
func checked(t *testing.T, check func() error) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "lessons/02-x/exercises/3-y")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(folder)
	r := &recorder{TB: t, outcome: "passed"}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		Check(r, check)
	}()
	<-ended
	return r.outcome
}

// A recorder is a test that only remembers what became of it.
type recorder struct {
	testing.TB
	outcome string
}

func (r *recorder) Skipf(format string, args ...any) {
	r.outcome = "skipped: " + fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.outcome = "failed: " + fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Fatal(args ...any) { r.Fatalf("%s", fmt.Sprint(args...)) }
