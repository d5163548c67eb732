package main

import (
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const first = "/lessons/01-event-loop/README.md"

func TestSearchFindsAndEnterGoesThere(t *testing.T) {
	address, _ := started(t, "../..")
	b := open(t, address)
	b.look(1440, "light")
	b.visit("/")
	b.do(chromedp.KeyEvent("/"))
	b.until(`document.activeElement.id === "find"`)
	b.do(chromedp.KeyEvent("glutton freezes"))
	b.until(`document.querySelector("#found .hit")?.getAttribute("href") === "` + first + `#glutton"`)
	if n := value[int](b, `document.querySelectorAll("#found mark").length`); n == 0 {
		t.Error("what was found is not marked")
	}
	b.do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.Enter))
	b.at(first)
	if hash := value[string](b, `location.hash`); hash != "#glutton" {
		t.Errorf("it goes to %q", hash)
	}
	b.do(chromedp.KeyEvent("/"), chromedp.KeyEvent("zzzzqqqq"))
	b.until(`document.querySelector("#found").dataset.nothing !== ""`)
	b.do(chromedp.KeyEvent(kb.Escape))
	b.until(`document.querySelector("#found").hidden`)
	b.quiet("search")
}

func TestArrowsTurnPagesButNotInABlock(t *testing.T) {
	address, _ := started(t, "../..")
	b := open(t, address)
	b.visit("/README.md")
	b.do(chromedp.KeyEvent(kb.ArrowRight))
	b.at(first)
	value[bool](b, `document.querySelector("pre").focus(), true`)
	b.do(chromedp.KeyEvent(kb.ArrowLeft))
	value[bool](b, `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`)
	b.at(first)
	value[bool](b, `document.activeElement.blur(), true`)
	b.do(chromedp.KeyEvent(kb.ArrowLeft))
	b.at("/README.md")
	b.quiet("arrows")
}

func TestTheThemeSwitchesAndStays(t *testing.T) {
	address, _ := started(t, "../..")
	b := open(t, address)
	paper := `getComputedStyle(document.body).backgroundColor`
	b.look(1440, "light")
	b.visit(first)
	light := value[string](b, paper)
	b.do(chromedp.Click(chromedp.CSS("#theme")))
	dark := value[string](b, paper)
	if light == dark {
		t.Errorf("both themes are %s", light)
	}
	b.visit("/")
	if got := value[string](b, paper); got != dark {
		t.Errorf("the next page is %s, not %s", got, dark)
	}
	b.do(chromedp.Click(chromedp.CSS("#theme")))
	if got := value[string](b, paper); got != light {
		t.Errorf("switched back it is %s, not %s", got, light)
	}
	b.look(1440, "dark")
	if got := value[string](b, paper); got != dark {
		t.Errorf("the system turns dark, and the page is %s", got)
	}
}

func TestHomeRemembersWhereOneLeftOff(t *testing.T) {
	address, _ := started(t, "../..")
	b := open(t, address)
	b.look(1440, "light")
	b.visit(first + "#glutton")
	b.until(`document.querySelector(".contents a[aria-current]")?.hash === "#glutton"`)
	b.until(`localStorage.progress.includes('"id":"glutton"')`)
	b.visit("/")
	if to := value[string](b, `document.querySelector("#resume").getAttribute("href")`); to != first+"#glutton" {
		t.Errorf("it leads to %s", to)
	}
	b.visit(first)
	b.do(chromedp.Evaluate[chromedp.Void](`scrollTo(0, document.documentElement.scrollHeight)`))
	b.until(`localStorage.progress.includes('"read":true')`)
	b.visit("/")
	if n := value[int](b, `document.querySelectorAll(".path .read").length`); n != 1 {
		t.Errorf("%d pages are marked as read", n)
	}
	b.quiet("progress")
}

func TestCopyTakesTheCommandsOfAConsole(t *testing.T) {
	address, _ := started(t, "../..")
	b := open(t, address)
	b.visit(first)
	value[bool](b, `Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => { window.took = text } } }), true`)
	value[bool](b, `[...document.querySelectorAll("[data-lang=console]")].find((f) => f.textContent.includes("LESSON 1")).querySelector(".copy").click(), true`)
	b.until(`window.took !== undefined`)
	if took := value[string](b, `window.took`); took != "make lesson 1\n" {
		t.Errorf("it copies %q", took)
	}
	value[bool](b, `document.querySelectorAll("details").forEach((d) => { d.open = true }), true`)
	for _, width := range []int64{360, 1440} {
		b.look(width, "light")
		if n := value[int](b, overlaps); n != 0 {
			t.Errorf("at %d pixels %d buttons cover some text", width, n)
		}
	}
	b.visit("/lessons/01-event-loop/hello/main.go")
	value[bool](b, `Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => { window.took = text } } }), true`)
	value[bool](b, `document.querySelector(".copy").click(), true`)
	b.until(`window.took !== undefined`)
	if took := value[string](b, `window.took`); !strings.HasPrefix(took, "package main\n") && !strings.HasPrefix(took, "//") {
		t.Errorf("of a file it copies %q", took)
	}
}

// overlaps counts the buttons that lie over a block's code or over its caption's words.
const overlaps = `[...document.querySelectorAll(".code .copy")].filter((button) => {
	const own = button.getBoundingClientRect()
	return [...button.parentElement.querySelectorAll("pre, figcaption *")].some((other) => {
		const box = other.getBoundingClientRect()
		return own.left < box.right && box.left < own.right && own.top < box.bottom && box.top < own.bottom
	})
}).length`

func TestTwoTerminalsAreTwoBlocks(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(dir+"/docs", 0o755); err != nil {
		t.Fatal(err)
	}
	text := "# T\n\n```console\n# terminal 1\n$ make docs\n\n# terminals 2 and 3\n$ nc ::1 80\nhello\n$ ls\n```\n"
	if err := os.WriteFile(dir+"/docs/t.md", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	address, _ := started(t, dir)
	b := open(t, address)
	b.visit("/docs/t.md")
	got := value[string](b, `[...document.querySelectorAll(".terminals .code")].map((f) => f.querySelector("figcaption").textContent + ": " + copied(f)).join("")`)
	if want := "Terminal 1: make docs\nTerminals 2 and 3: nc ::1 80\nls\n"; got != want || value[int](b, overlaps) != 0 {
		t.Errorf("%q, want %q, with nothing covered", got, want)
	}
}

func TestEveryLessonIsInReach(t *testing.T) {
	address, _ := started(t, "../..")
	b := open(t, address)
	b.visit("/")
	if !value[bool](b, `document.querySelector(".hook .code") && document.querySelectorAll(".path .after").length === document.querySelectorAll(".path > li").length`) {
		t.Error("home has no hook, or does not say what a lesson is")
	}
	lessons := value[int](b, `document.querySelectorAll(".path > li").length`)
	for _, page := range []string{"/README.md", first, "/lessons/01-event-loop/loop/", "/lessons/glutton"} {
		for _, width := range []int64{1440, 360} {
			b.look(width, "light")
			b.visit(page)
			seen := value[int](b, `(document.querySelector("details.folded").open = true, [...document.querySelectorAll("a[href^='/lessons/'][href$='/README.md']")]
				.filter((a) => /^\d\d /.test(a.textContent) && a.checkVisibility()).length)`)
			if seen != lessons {
				t.Errorf("%s at %d pixels leads to %d lessons of %d", page, width, seen, lessons)
			}
		}
	}
	if !value[bool](b, `[...document.querySelectorAll(".files a")].some((a) => a.hash === "#glutton")`) {
		t.Error("who looks for the glutton is not shown the way")
	}
	b.complaints = nil // a browser says of a 404 that it is one
	b.visit(first)
	if to := value[string](b, `document.querySelector(".onward").pathname`); !strings.HasPrefix(to, "/lessons/02-") {
		t.Errorf("after the first lesson comes %s", to)
	}
}

func TestLinesOfAFileAreMarked(t *testing.T) {
	address, _ := started(t, "../..")
	b := open(t, address)
	b.look(1440, "light")
	b.visit("/lessons/01-event-loop/loop/conn.go#L41-L58")
	if n := value[int](b, `document.querySelectorAll(".line.marked").length`); n != 18 {
		t.Errorf("%d lines are marked", n)
	}
	if !value[bool](b, `(() => { const r = document.querySelector("#L41").getBoundingClientRect(); return r.top > 50 && r.bottom < innerHeight })()`) {
		t.Error("one has to look for them")
	}
	b.quiet("lines")
}

func TestItReadsWithoutScripts(t *testing.T) {
	address, _ := started(t, "../..")
	b := open(t, address)
	b.look(1440, "light")
	b.do(command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	for _, page := range []string{"/", first, "/lessons/01-event-loop/loop/conn.go#L41"} {
		b.visit(page)
		if seen := value[string](b, `getComputedStyle(document.querySelector("#theme")).visibility`); seen != "hidden" {
			t.Errorf("%s: there is a switch that does nothing", page)
		}
		if value[int](b, `document.querySelector("main").innerText.length`) < 100 {
			t.Errorf("%s: there is nothing to read", page)
		}
	}
	if mark := value[string](b, `getComputedStyle(document.querySelector("#L41")).backgroundColor`); mark == "rgba(0, 0, 0, 0)" {
		t.Error("the line of the link is not marked")
	}
	b.quiet("without scripts")
}
