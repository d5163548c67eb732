package site

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	browserlog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A tab is a page of a real browser that looks at a real server of ours.
type tab struct {
	t      *testing.T
	ctx    context.Context
	server string

	mu       sync.Mutex
	problems []string // what the console said, and requests to elsewhere
}

// browse starts a browser, or skips the test where there is none.
func browse(t *testing.T) *tab {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Skip("there is no Chromium here")
	}
	h, _ := reading(t, checkout)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox)
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx, server: server.URL}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[int]("1")); err != nil { // the first one starts it, without a limit
		t.Fatal(err)
	}
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch event := event.(type) {
	case *runtime.EventConsoleAPICalled:
		b.problems = append(b.problems, fmt.Sprintf("the console says %s", event.Type))
	case *runtime.EventExceptionThrown:
		b.problems = append(b.problems, "an exception: "+event.ExceptionDetails.Text)
	case *browserlog.EventEntryAdded: // what the policy has forbidden is among these
		if event.Entry.Level == browserlog.EntryLevelError && !strings.Contains(event.Entry.URL, "/nowhere") {
			b.problems = append(b.problems, "an error: "+event.Entry.Text)
		}
	case *network.EventRequestWillBeSent:
		if url := event.Request.URL; !strings.HasPrefix(url, b.server+"/") && !strings.HasPrefix(url, "data:") {
			b.problems = append(b.problems, "a request to "+url)
		}
	}
}

// run does something within a time that only a fault can use up.
func run[T any](b *tab, a chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	result, err := chromedp.Run(ctx, a)
	if err != nil {
		b.t.Fatal(err)
	}
	return result
}

func (b *tab) open(path string) {
	b.t.Helper()
	run(b, chromedp.Navigate(b.server+path))
}

// until waits for a condition, also across a change of pages: then there is nobody to ask
// for a moment, and it asks again.
func (b *tab) until(condition string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	for {
		holds, err := chromedp.Run(ctx, chromedp.Poll[bool](condition))
		if holds && err == nil {
			return
		}
		if ctx.Err() != nil {
			b.t.Fatalf("it never came to %s: %v", condition, err)
		}
	}
}

func (b *tab) size(width int64) { run(b, chromedp.EmulateViewport(width, 900)) }

func (b *tab) theme(dark bool) {
	b.t.Helper()
	value := "light"
	if dark {
		value = "dark"
	}
	run(b, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}},
		})
		return err
	}))
}

func (b *tab) quiet(where string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, problem := range b.problems {
		b.t.Errorf("%s: %s", where, problem)
	}
	b.problems = nil
}

// pages are all texts and one of each other kind.
func pages(t *testing.T) []string {
	paths := []string{"/", "/lessons/01-event-loop/loop/", "/lessons/01-event-loop/loop/conn.go?lines=10-20#L10", "/nowhere"}
	for _, name := range texts(t) {
		paths = append(paths, "/"+name)
	}
	return paths
}

// axe is the checker of accessibility that .ci/run fetches.
func axe(t *testing.T) string {
	t.Helper()
	code, err := os.ReadFile(checkout + "/bin/axe.min.js")
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("bin/axe.min.js, of axe-core, is not here: .ci/run fetches it")
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(code)
}

func TestEveryPageIsAccessibleInBothThemesWideAndNarrow(t *testing.T) {
	code := axe(t)
	b := browse(t)
	for _, path := range pages(t) {
		b.open(path)
		run(b, chromedp.Evaluate[chromedp.Void](code))
		for _, width := range []int64{360, 1440} {
			b.size(width)
			for _, dark := range []bool{false, true} {
				b.theme(dark)
				found := run(b, chromedp.Evaluate[[]string](`axe.run(document, {resultTypes: ["violations"]}).then(r =>
					r.violations.map(v => v.id + ": " + v.help + ": " + v.nodes.slice(0, 3).map(n => n.html).join(" ")))`, chromedp.EvalAwaitPromise))
				for _, violation := range found {
					t.Errorf("%s, %d px, dark %v: %s", path, width, dark, violation)
				}
				if over := run(b, chromedp.Evaluate[int]("document.documentElement.scrollWidth - innerWidth")); over > 0 {
					t.Errorf("%s, %d px: the page is %d px too wide", path, width, over)
				}
			}
		}
		b.quiet(path)
	}
}

func TestTheSearchFindsAsOneTypes(t *testing.T) {
	b := browse(t)
	b.open("/lessons/01-event-loop/README.md")
	run(b, chromedp.KeyEvent("/"))
	b.until(`document.activeElement.id === "search"`)
	run(b, chromedp.KeyEvent("conn.flu"))
	b.until(`document.querySelectorAll("#results [role=option]").length > 0 && document.querySelector("#results").textContent.includes("loop.flush")`)
	run(b, chromedp.KeyEvent("\r"))
	b.until(`location.pathname.endsWith(".go") && document.querySelector(".marked") !== null`)
	b.quiet("the search")
}

func TestArrowKeysTurnPagesUnlessABlockHasThem(t *testing.T) {
	const right = "\u0303" // chromedp's name for the key: kb.ArrowRight
	b := browse(t)
	b.open("/README.md")
	run(b, chromedp.Evaluate[chromedp.Void](`document.querySelector("pre").focus()`))
	run(b, chromedp.KeyEvent(right))
	if at := run(b, chromedp.Location()); !strings.HasSuffix(at, "/README.md") || strings.Contains(at, "lessons") {
		t.Errorf("a block had the focus, and the key led to %s", at)
	}
	run(b, chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`))
	run(b, chromedp.KeyEvent(right))
	b.until(`location.pathname === "/lessons/01-event-loop/README.md"`)
	b.quiet("the keys")
}

func TestTheThemeIsChosenAndKept(t *testing.T) {
	b := browse(t)
	b.theme(false)
	b.open("/README.md")
	paper := func() string {
		return run(b, chromedp.Evaluate[string](`getComputedStyle(document.documentElement).backgroundColor`))
	}
	light := paper()
	run(b, chromedp.Evaluate[chromedp.Void](`{ const s = document.querySelector("#theme"); s.value = "dark"; s.dispatchEvent(new Event("change")); }`))
	dark := paper()
	b.open("/docs/lab.md")
	if kept := paper(); light == dark || kept != dark {
		t.Errorf("light is %s, dark %s, and the next page %s", light, dark, kept)
	}
	b.quiet("the themes")
}

func TestHomeKnowsWhereOneLeftOff(t *testing.T) {
	b := browse(t)
	b.open("/")
	start := run(b, chromedp.Evaluate[string](`document.querySelector("#continue").pathname`))
	b.open("/lessons/02-socket-options/README.md")
	b.until(`JSON.parse(localStorage.getItem("read") ?? "{}")["lessons/02-socket-options/README.md"] !== undefined`)
	b.open("/")
	b.until(`document.querySelector("#continue").pathname === "/lessons/02-socket-options/README.md"`)
	b.until(`document.querySelectorAll(".way .begun").length === 1`)
	if start != "/lessons/01-event-loop/README.md" {
		t.Errorf("one starts at %s", start)
	}
	b.quiet("home")
}

func TestWithoutScriptsAPageIsThere(t *testing.T) {
	b := browse(t)
	run(b, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	b.open("/lessons/01-event-loop/README.md")
	text := run(b, chromedp.Text("main"))
	if !strings.Contains(text, "The glutton freezes everyone") {
		t.Errorf("it shows %.200s", text)
	}
	run(b, chromedp.Click(`a[rel=next]`))
	run(b, chromedp.WaitVisible("main h1"))
	b.quiet("without scripts")
}
