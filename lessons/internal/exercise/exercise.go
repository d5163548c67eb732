// Package exercise lets an unsolved exercise wait without breaking the tests.
//
// The reader's file calls TODO, and its test calls Check. As long as the TODO is there,
// go test skips the test, and make exercise fails it and says what to do. Once the TODO
// is deleted, the check counts everywhere.
package exercise

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/internal/leak"
)

// todo is what TODO panics with, verdict is what Fail panics with.
type (
	todo struct {
		what, file string
		line       int
	}
	verdict string
)

func (t todo) Error() string    { return "TODO: " + t.what }
func (v verdict) Error() string { return string(v) }

// TODO stands where the reader's code is to come, and says what it has to do. It panics.
// The if is always true, and hides that from tools that would call the rest unreachable.
func TODO(what string) {
	if _, file, line, ok := runtime.Caller(1); ok {
		panic(todo{what, filepath.Base(file), line})
	}
}

// Fail ends the check from inside a function that the reader's code calls, perhaps in a
// loop that would never end by itself.
func Fail(why string) {
	panic(verdict(why))
}

// Timeout is how long a check waits for what must happen. It only passes when something
// is broken, and somebody who has just typed make exercise wants to know soon.
func Timeout() time.Duration {
	if asked() {
		return 2 * time.Second
	}
	return 30 * time.Second
}

// asked tells whether this is make exercise, not go test.
func asked() bool { return os.Getenv("EXERCISE") != "" }

// Check runs the check of the exercise in this folder. What it returns is what went wrong
// on the wire. A panic of the reader's code fails it, and so does a loop without an end.
// If nothing went wrong, then nothing may be left behind either.
func Check(t testing.TB, check func() error) {
	t.Helper()
	left := postponed{TB: t}
	leak.Check(&left)
	ended := make(chan error, 1)
	go func() { ended <- Catch(check) }()
	var err error
	select {
	case err = <-ended:
	case <-time.After(Timeout() * 3 / 2):
		err = errors.New("your code does not return")
	}
	if missing, untouched := errors.AsType[todo](err); untouched {
		number, folder := here()
		readme := path.Dir(folder) + "/README.md"
		if !asked() {
			t.Skipf("not done yet: make exercise %s; see %s", number, readme)
		}
		t.Fatalf("open %s/%s, delete the TODO in line %d, and do what it says: %s\nThe task and three hints: %s",
			folder, missing.file, missing.line, missing.what, readme)
	}
	if err != nil {
		t.Fatal(err) // what a broken answer leaves behind is no second message
	}
	left.cleanup()
}

// Catch calls f and returns its panic as an error. A goroutine that runs the reader's code
// beside the check needs it: nobody else could recover there.
func Catch(f func() error) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case todo:
			err = p
		case verdict:
			err = p
		default:
			err = fmt.Errorf("your code panics: %v, at %s", p, place())
		}
	}()
	return f()
}

// place is where the panic left this folder's code.
func place() string {
	folder, _ := os.Getwd()
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(0, callers)])
	for {
		frame, more := frames.Next()
		if filepath.Base(filepath.Dir(frame.File)) == filepath.Base(folder) {
			return fmt.Sprintf("%s:%d", filepath.Base(frame.File), frame.Line)
		}
		if !more {
			return "a place of no file in this folder"
		}
	}
}

// here is the exercise whose test this is, and its folder as seen from the root.
func here() (number, folder string) {
	wd, _ := os.Getwd() // go test runs a test in its own folder
	parts := strings.Split(filepath.ToSlash(wd), "/")
	folder = strings.Join(parts[max(0, len(parts)-4):], "/")
	return Number(folder), folder
}

// Number is what make exercise calls the exercise in a folder: 1.3 is in
// lessons/01-event-loop/exercises/3-chat.
func Number(folder string) string {
	parts := strings.Split(filepath.ToSlash(folder), "/")
	if len(parts) < 4 {
		return ""
	}
	lesson, _, _ := strings.Cut(parts[1], "-")
	number, _, _ := strings.Cut(parts[3], "-")
	return strings.TrimLeft(lesson, "0") + "." + number
}

// postponed keeps a cleanup until it is wanted.
type postponed struct {
	testing.TB
	cleanup func()
}

func (p *postponed) Cleanup(f func()) { p.cleanup = f }
