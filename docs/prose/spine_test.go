package prose_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"onthewire/docs/prose"
)

func TestASpineStaysWithinItsLimits(t *testing.T) {
	long := "package main\n" + strings.Repeat("// a line\n", 800)
	files := fstest.MapFS{
		"lessons/01-echo/main.go":      {Data: []byte("package main\n")},
		"lessons/01-echo/long.go":      {Data: []byte(long)},
		"lessons/01-echo/long_test.go": {Data: []byte(long)},
		"lessons/01-echo/probe.c":      {Data: []byte("line();\n")},
	}
	terms := func(n int) (text string) {
		for i := range n {
			text += fmt.Sprintf("- the **term %d**, and **Term %[1]d** again\n", i)
		}
		return text
	}
	excerpt := "```c probe.c\nline();\n```\n\nA sentence.\n\n"
	for _, test := range []struct {
		name, text, problem string
	}{
		{"words", strings.Repeat("- one `two` [three](long_test.go) — **four**\n", 1000), ""},
		{"one word more", strings.Repeat("- one `two` [three](long_test.go) — **four**\n", 1000) + "\nFive.\n",
			"4001 words, and a spine has at most 4000; move a step to more/"},
		{"code blocks have no words", "```text\n" + strings.Repeat("word ", 5000) + "\n```\n", ""},
		{"terms", terms(10), ""},
		{"one term more", terms(11), "11 new terms (in bold), and a spine has at most 10; leave out those that the next step does not need, or move a step to more/"},
		{"excerpts", strings.Repeat(excerpt, 250), ""},
		{"one line more", strings.Repeat(excerpt, 251), "251 excerpted lines, and a spine has at most 250; show less of them with … lines, or move a step to more/"},
		{"code to read", "[a](long.go) and [b](long.go#L1) and [c](long_test.go)\n", "801 lines of code to read, and a spine has at most 800; lead to fewer files, or move a step to more/"},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := ""
			if test.problem != "" {
				want = "lessons/01-echo/README.md:1: " + test.problem
			}
			if got := problems(prose.Repo{Files: files}.Sync("lessons/01-echo/README.md", []byte(test.text))); got != want {
				t.Errorf("it says %.300q, want %q", got, want)
			}
			if got := problems(prose.Repo{Files: files}.Sync("lessons/01-echo/more/all.md", []byte(strings.ReplaceAll(test.text, "](", "](../")))); got != "" {
				t.Errorf("an annex has no limits, but it says %.300q", got)
			}
		})
	}
}

func problems(_ []byte, err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
