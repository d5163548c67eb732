package find

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"onthewire/lessons/06-pitfalls/all"
)

func TestFiftyPublicThreadsLeadToTheirPitfalls(t *testing.T) {
	entries := Entries(all.Pitfalls())
	index := New(entries)
	text, err := os.ReadFile("testdata/threads.txt")
	if err != nil {
		t.Fatal(err)
	}
	threads := regexp.MustCompile(`(?m)^(?:"(.*)"|([\w-]+)) (https://\S+)\n\t(.*)$`).FindAllStringSubmatch(string(text), -1)
	if len(threads) < 50 {
		t.Errorf("there are %d threads", len(threads))
	}
	seen, waited := map[string]bool{}, 0
	for _, thread := range threads {
		want := func(e Entry) bool { return thread[2] != "" && e.Name == thread[2] || e.Title == thread[1] }
		if !slices.ContainsFunc(entries, want) {
			t.Logf("%s%s is none of this system's, %s waits", thread[1], thread[2], thread[3])
			waited++
			continue
		}
		seen[thread[2]] = true
		matches := index.Find(thread[4])
		if len(matches) == 0 {
			t.Errorf("%s: nothing is found", thread[3])
		} else if best := Best(matches); !slices.ContainsFunc(best, func(m Match) bool { return want(m.Entry) }) {
			t.Errorf("%s: found is %q, by %q", thread[3], best[0].Title, best[0].Said)
		}
	}
	for _, e := range entries {
		if e.Name != "" && !seen[e.Name] {
			t.Errorf("no thread is about %s", e.Name)
		}
	}
	if runtime.GOOS == "linux" && waited > 0 {
		t.Errorf("%d threads are about no pitfall", waited)
	}
}

func TestEveryMessageLeadsToItsMistake(t *testing.T) {
	entries := Entries(all.Pitfalls())
	index := New(entries)
	for _, e := range entries {
		for _, message := range e.Messages {
			matches := index.Find("2026/11/26 18:30:01 client: " + strings.ToUpper(message) + " at 10.0.0.7:41234")
			if len(matches) == 0 {
				t.Errorf("%q, of %q, leads nowhere", message, e.Title)
				continue
			}
			best := Best(matches)
			if !slices.ContainsFunc(best, func(m Match) bool { return m.Title == e.Title }) {
				t.Errorf("%q leads to %q, not to %q", message, best[0].Title, e.Title)
			}
		}
	}
}

func TestWhatIsOneMachinesOwnDoesNotMatter(t *testing.T) {
	for text, want := range map[string]string{
		`Post "https://example.org/a?b=c": EOF`:                                           "post eof",
		"read tcp 10.0.0.1:41000->192.168.0.7:80: read: connection reset by peer":         "read tcp read connection reset by peer",
		"dial tcp [2001:db8::1]:443: i/o timeout":                                         "dial tcp i o timeout",
		"2026-11-26T18:30:01.123Z [IO wait, 1440 minutes]":                                "t z io wait",
		"accept4: too many open files; retrying in 640ms":                                 "accept4 too many open files retrying in",
		"reply from unexpected source: 10.0.0.1#53, expected 10.0.0.2#53":                 "reply from unexpected source expected",
		"recv() failed (104: Connection reset by peer) while reading from api.local:8080": "recv failed 104 connection reset by peer while reading from",
		"invalid character '\\x00' looking for beginning of value":                        "invalid character looking for beginning of value",
		"invalid character 'e' looking for beginning of value":                            "invalid character looking for beginning of value",
		`Os { code: 104, kind: ConnectionReset, message: "Connection reset by peer" }`:    "connection reset by peer os error 104",
	} {
		if got := plain(text); got != want {
			t.Errorf("%q is %q", text, got)
		}
	}
}

func TestAPartOfAMessageIsEnoughAndAPartOfAWordIsNot(t *testing.T) {
	index := New([]Entry{{Title: "a", Messages: []string{"read: connection reset by peer"}}, {Title: "b", Messages: []string{"reset"}}})
	if got := index.Find("connection reset by peer"); len(got) != 2 || got[0].Title != "a" {
		t.Errorf("%+v", got)
	}
	if got := index.Find("resets"); got != nil {
		t.Errorf("%+v", got)
	}
	if got := index.Find("10.0.0.1:80"); got != nil {
		t.Errorf("an address alone finds %+v", got)
	}
}

func TestEveryClassicIsShownByWhatIsThere(t *testing.T) {
	index, err := os.ReadFile("../more/index.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range Classics() {
		page, anchor, _ := strings.Cut(e.Page, "#")
		has(t, e, page, anchor, `<a id="`+anchor+`"></a>`)
		if !strings.Contains(string(index), "["+e.Title+"](../../"+e.Page+")") {
			t.Errorf("%s: more/index.md has no row of it", e.Title)
		}
		if (e.Try == "") == (e.Test == "") {
			t.Errorf("%s: an experiment or a test shows it, one of them", e.Title)
		}
		if file, name, ok := strings.Cut(e.Test, "#"); ok {
			has(t, e, file, name, "func "+name+"(t *testing.T)")
		}
		if try := regexp.MustCompile(`^bin/lesson(\d) try (.*)$`).FindStringSubmatch(e.Try); try != nil {
			experiment(t, e, try[1], try[2])
		}
	}
}

func has(t *testing.T, e Entry, file, name, line string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", file))
	if err != nil || name != "" && !strings.Contains(string(text), line) {
		t.Errorf("%s: there is no %s#%s (%v)", e.Title, file, name, err)
	}
}

func experiment(t *testing.T, e Entry, lesson, name string) {
	t.Helper()
	files, err := filepath.Glob("../../0" + lesson + "-*/experiments/*/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	declared := regexp.MustCompile(`Name:\s+"` + name + `"`)
	if !slices.ContainsFunc(files, func(file string) bool {
		text, err := os.ReadFile(file)
		return err == nil && declared.Match(text)
	}) {
		t.Errorf("%s: lesson %s has no experiment %s", e.Title, lesson, name)
	}
}
