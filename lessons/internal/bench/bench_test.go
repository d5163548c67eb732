package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// says is a command that prints one thing, and fails or does not.
func says(ctx context.Context, text string, status int) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), "BENCH_SAYS="+text, fmt.Sprint("BENCH_STATUS=", status),
		"GORACE=atexit_sleep_ms=0") // or each would sleep for a second at its end
	return cmd
}

func TestMain(m *testing.M) {
	if text, ok := os.LookupEnv("BENCH_SAYS"); ok {
		fmt.Print(text)
		if os.Getenv("BENCH_STATUS") != "0" {
			fmt.Fprintln(os.Stderr, "listen: no")
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func output(ratio, spread float64) string {
	return fmt.Sprintf(`{"machine":{"system":"linux/amd64","kernel":"6.18.1-x","cpu":"A","cpus":2,"go":"go1.26"},"rounds":3,"settings":[{"name":"s","servers":[
		{"name":"one","rounds":3,"median":{"rate":1},"spread":{"rate":%g},"ratio":{"rate":1}},
		{"name":"two","rounds":3,"median":{"rate":1},"spread":{"rate":0.1},"ratio":{"rate":%g}}]}],"notes":[]}`, spread, ratio)
}

// measured is what Run says and returns when each command says a text.
func measured(t *testing.T, b Bench, text string, status int, names ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	b.Out, b.Err = &out, io.Discard
	b.Start = func(ctx context.Context, _ string, _ []string) *exec.Cmd { return says(ctx, text, status) }
	var all []Comparison
	for _, name := range names {
		all = append(all, Comparison{Name: name, Lesson: "1", Args: []string{"compare"}})
	}
	err := b.Run(t.Context(), all)
	return out.String(), err
}

func TestAResultIsWrittenAndTheNextOneLaidBesideIt(t *testing.T) {
	b := Bench{Folder: filepath.Join(t.TempDir(), "results")}
	if out, err := measured(t, b, output(2, 0.1), 0, "echo"); err != nil || strings.Contains(out, "not written") {
		t.Fatal(out, err)
	}
	text, err := os.ReadFile(filepath.Join(b.Folder, "echo.json"))
	if err != nil || strings.Contains(string(text), "6.18.1") || !strings.Contains(string(text), `"kernel": "6.18"`) {
		t.Fatalf("%s %v", text, err)
	}
	if out, err := measured(t, b, output(2.1, 0.1), 0, "echo"); err != nil || !strings.Contains(out, "within a quarter") {
		t.Error(out, err)
	}
	if out, err := measured(t, b, output(4, 0.1), 0, "echo"); err != nil || !strings.Contains(out, "s, two, rate: x4.00 here, x2.10 there") {
		t.Error(out, err)
	}
}

func TestWhatIsNoisyOrQuickIsNotWritten(t *testing.T) {
	b := Bench{Folder: t.TempDir()}
	if out, err := measured(t, b, output(2, 0.9), 0, "echo"); err != nil || !strings.Contains(out, `in "s" the rounds of one program differ by 90 %`) {
		t.Error(out, err)
	}
	b.Quick = true
	if out, err := measured(t, b, output(2, 0.1), 0, "echo"); err != nil {
		t.Error(out, err)
	}
	if files, err := os.ReadDir(b.Folder); err != nil || len(files) > 0 {
		t.Error(files, err)
	}
}

func TestWhatFailsHasALineAndTheRestGoesOn(t *testing.T) {
	b := Bench{Folder: t.TempDir()}
	if out, err := measured(t, b, "", 1, "echo", "proxy"); err != errFailed || strings.Count(out, "exit status 1: listen: no") != 2 {
		t.Error(out, err)
	}
	if out, err := measured(t, b, "nonsense", 0, "echo"); err != errFailed || !strings.Contains(out, "no JSON") {
		t.Error(out, err)
	}
	if err := os.WriteFile(filepath.Join(b.Folder, "echo.json"), []byte(`{"old":1}`), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := measured(t, b, output(2, 0.1), 0, "echo"); err != nil || !strings.Contains(out, "is damaged, or older") {
		t.Error(out, err)
	}
	if out, err := measured(t, b, output(2, 0.1), 0, "echo"); err != nil || !strings.Contains(out, "within a quarter") {
		t.Error(out, err)
	}
}

func TestEveryNameIsOneFile(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range All() {
		if seen[c.Name] || c.Takes == 0 || len(c.Args) == 0 {
			t.Errorf("%+v", c)
		}
		seen[c.Name] = true
	}
}

func TestEachChartIsThatOfItsResult(t *testing.T) {
	folder := "../../../docs/results"
	for _, c := range All() {
		if c.Draws.Column == "" {
			continue
		}
		r, err := read(folder, c.Name)
		if err != nil {
			t.Error(err)
			continue
		}
		drawn, err := os.ReadFile(filepath.Join(folder, c.Name+".svg"))
		if wanted := r.chart(c.Draws); err != nil || string(drawn) != wanted {
			t.Errorf("%s.svg is another (%v); make bench ARGS=draw draws it", c.Name, err)
		}
	}
}

func TestAChartTellsWhatItShowsToThoseWhoCannotSeeIt(t *testing.T) {
	r := Result{Output: []byte(output(2, 0.1))}
	drawn := r.chart(Drawing{Column: "rate"})
	for _, part := range []string{"<title id=\"t\">rate, less is better", "s: one 1 ×1.00, two 1 ×2.00.", "prefers-color-scheme: dark"} {
		if !strings.Contains(drawn, part) {
			t.Errorf("it does not say %q:\n%s", part, drawn)
		}
	}
	if r.chart(Drawing{Column: "rate", Settings: []string{"none"}}) == drawn {
		t.Error("it shows a setting that was not asked for")
	}
}
