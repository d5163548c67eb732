package stage

import (
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// golden plays a scene in each style and compares what it writes, line by line. The clock
// moves only when the scene moves it.
func golden(t *testing.T, scene func(s *Stage, pass func(time.Duration)), want string) {
	t.Helper()
	got := play(Style{Unicode: true, Width: widest}, scene)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for line := range strings.Lines(got) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > widest {
			t.Errorf("a line of %d columns: %s", n, line)
		}
	}
	plain := play(Style{Width: widest}, scene)
	for _, r := range plain {
		if r > 127 {
			t.Errorf("the letter %q is not ASCII", r)
		}
	}
	painted := play(Style{Unicode: true, Colour: true, Width: widest}, scene)
	if unpaint.Replace(painted) != got {
		t.Errorf("colour changes more than colours:\n%s", painted)
	}
}

var unpaint = strings.NewReplacer("\x1b[0m", "", "\x1b[1m", "", "\x1b[2m", "")

func play(style Style, scene func(s *Stage, pass func(time.Duration))) string {
	var out strings.Builder
	now := time.Unix(0, 0)
	s := newStage(&out, style, func() time.Time { return now })
	scene(s, func(d time.Duration) { now = now.Add(d) })
	return out.String()
}

func TestTitle(t *testing.T) {
	golden(t, func(s *Stage, _ func(time.Duration)) {
		s.Title("LESSON 1", "One thread, a thousand clients", "127.0.0.1:40213 · epoll")
	}, `
  LESSON 1  One thread, a thousand clients
            127.0.0.1:40213 · epoll
`)
}

func TestStep(t *testing.T) {
	golden(t, func(s *Stage, _ func(time.Duration)) {
		s.Step("%s clients connect.", "a thousand")
		s.Step("client 617 says twelve bytes, and this sentence about it goes on until it is too long.")
	}, `
  1  A thousand clients connect.

  2  Client 617 says twelve bytes, and this sentence about it goes on until it
     is too long.
`)
}

func TestEvent(t *testing.T) {
	golden(t, func(s *Stage, _ func(time.Duration)) {
		s.Event("client 617", "kernel", "%q", "hello, wire")
		s.Event("kernel", "loop", "1 of 1,002 ready")
		s.Event("loop", "client 617", "what is longer than the arrow")
	}, `     0.00 s  client 617 ── "hello, wire" ───────▶ kernel
             kernel     ── 1 of 1,002 ready ────▶ loop
             loop       ── what is longer than the arrow ──▶ client 617
`)
}

func TestMeasure(t *testing.T) {
	golden(t, func(s *Stage, pass func(time.Duration)) {
		pass(90 * time.Millisecond)
		s.Measure("loop", "holds %s bytes", Number(114176))
		pass(99 * time.Millisecond)
		s.Measure("others", "the clock has not moved on visibly, and this line is so long that it must be broken")
		pass(time.Millisecond)
		s.Measure("loop", "woke in 28 µs")
	}, `     0.09 s  loop       holds 114,176 bytes
             others     the clock has not moved on visibly, and this line is so
                        long that it must be broken
     0.19 s  loop       woke in 28 µs
`)
}

func TestSay(t *testing.T) {
	golden(t, func(s *Stage, _ func(time.Duration)) {
		s.Say("That was %s sleeps and 48 ms of CPU. Your net/http server sits on a loop like this one.", Number(1796))
	}, `
  That was 1,796 sleeps and 48 ms of CPU. Your net/http server sits on a loop
  like this one.
`)
}

func TestANarrowTerminalBreaksLinesBetweenWords(t *testing.T) {
	got := play(Style{Unicode: true, Width: 44}, func(s *Stage, _ func(time.Duration)) {
		s.Measure("kernel", "took 4,240,896 bytes, then no more")
	})
	want := `     0.00 s  kernel     took 4,240,896
                        bytes, then no more
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestANarrowTerminalShortensArrowsAndPutsTheRestBelow(t *testing.T) {
	got := play(Style{Unicode: true, Width: 59}, func(s *Stage, _ func(time.Duration)) {
		s.Event("loop", "client 617", "read 12, write 12")
		s.Next([3]string{"compare", "bin/lesson1 compare", "with goroutines, with threads"})
		s.Line("  answered    1,123,456 messages in 1.0 s, 1,123,456 a second, 0 faults")
	})
	want := `     0.00 s  loop       ── read 12, write 12 ──▶ client 617

  compare  bin/lesson1 compare
             with goroutines, with threads
  answered 1,123,456 messages in 1.0 s, 1,123,456 a
    second, 0 faults
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestNext(t *testing.T) {
	golden(t, func(s *Stage, _ func(time.Duration)) {
		s.Next([3]string{"read", "README.md", "an hour"}, [3]string{"compare", "make soak", "×5 …"})
	}, `
  read     README.md  an hour
  compare  make soak  ×5 …
`)
}

func TestFigures(t *testing.T) {
	got := []string{
		Number(0), Number(999), Number(1000), Number(-1234567), Number(int64(16777216)),
		Count(100), Count(1000), Count(9968),
		Time(0), Time(999), Time(1500), Time(28 * time.Microsecond), Time(48 * time.Millisecond), Time(1500 * time.Millisecond),
	}
	want := []string{
		"0", "999", "1,000", "-1,234,567", "16,777,216",
		"a hundred", "a thousand", "9,968",
		"0 ns", "999 ns", "1.5 µs", "28 µs", "48 ms", "1.5 s",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestTheFirstLocaleVariableThatIsSetDecides(t *testing.T) {
	for _, test := range []struct {
		env  map[string]string
		want bool
	}{
		{nil, false},
		{map[string]string{"LANG": "en_US.UTF-8"}, true},
		{map[string]string{"LANG": "C.utf8"}, true},
		{map[string]string{"LC_ALL": "C", "LANG": "en_US.UTF-8"}, false},
		{map[string]string{"LC_CTYPE": "en_US.UTF-8", "LANG": "C"}, true},
	} {
		if got := utf8Locale(func(name string) string { return test.env[name] }); got != test.want {
			t.Errorf("%v: %v, want %v", test.env, got, test.want)
		}
	}
}

func TestTheWidthThatIsAskedForIsKept(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/out") // no terminal
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for asked, want := range map[string]int{"": widest, "60": 60, "10": narrowest, "200": widest, "many": widest} {
		t.Setenv("COLUMNS", asked)
		if got := styleFor(file).Width; got != want {
			t.Errorf("COLUMNS=%s: %d columns, want %d", asked, got, want)
		}
	}
}
