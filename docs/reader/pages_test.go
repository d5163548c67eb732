package main

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp"

	"onthewire/docs/reader/checkout"
)

func pages(t *testing.T) []string {
	t.Helper()
	files, err := checkout.Open("../..")
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	all := []string{"/", "/lessons/01-event-loop/loop/conn.go", "/lessons/01-event-loop/loop/", "/LICENSE"}
	for _, name := range files.Book().Pages() {
		all = append(all, "/"+name)
	}
	return all
}

// Each page at both ends of what people have, in both themes: nothing runs over the edge, the
// browser has nothing to say, and axe has nothing against it. Two browsers take half of them each.
func TestEveryPageFitsAndIsQuietAndAccessible(t *testing.T) {
	script, missing := os.ReadFile(axe)
	address, _ := started(t, "../..")
	all := pages(t)
	for half := range 2 {
		t.Run(fmt.Sprintf("half %d", half+1), func(t *testing.T) {
			t.Parallel()
			b := open(t, address)
			seen := map[string]bool{}
			for i, page := range all {
				if i%2 != half {
					continue
				}
				b.visit(page)
				value[bool](b, `document.querySelectorAll("details").forEach((d) => { d.open = true }), true`)
				fits(b, page)
				b.quiet(page)
				if missing == nil {
					b.do(chromedp.Evaluate[chromedp.Void](string(script)))
					accessible(b, page, seen)
				}
			}
			if missing != nil {
				t.Skipf("they fit and are quiet, but there is no axe-core here: %v", missing)
			}
		})
	}
}

func fits(b *browser, page string) {
	b.t.Helper()
	for _, width := range []int64{2560, 1440, 768, 360} {
		b.look(width, "dark")
		if over := value[int](b, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			b.t.Errorf("%s at %d pixels: %d hang over the edge", page, width, over)
		}
	}
}

func accessible(b *browser, page string, seen map[string]bool) {
	b.t.Helper()
	looks := []look{{360, "dark", butColours}, {1440, "light", butColours}}
	if unseen(b, seen) {
		looks = []look{{360, "dark", butColours}, {360, "dark", colours}, {360, "light", colours},
			{1440, "light", butColours}, {1440, "light", colours}, {1440, "dark", colours}}
	}
	for _, look := range looks {
		b.look(look.width, look.theme)
		for _, violation := range audit(b, look.asked) {
			b.t.Errorf("%s, %s, %d pixels: %s", page, look.theme, look.width, violation)
		}
	}
}

type look struct {
	width int64
	theme string
	asked rules
}

// unseen marks the texts of a page that stand as none did before, and tells whether there are any.
// Colours take three quarters of axe's time. They come of the stylesheet or of a style attribute, so
// a text has those of any other with the same names, classes and styles from the root down to it.
func unseen(b *browser, seen map[string]bool) bool {
	b.t.Helper()
	before, err := json.Marshal(seen)
	if err != nil {
		b.t.Fatal(err)
	}
	kinds := value[[]string](b, `((seen) => {
		const own = (e) => [e.tagName, ...[...e.classList].sort(), e.getAttribute("style"), e.getAttribute("fill")].join(".")
		const kind = (e) => e.parentElement ? kind(e.parentElement) + ">" + own(e) : own(e)
		const fresh = {}
		for (const e of document.body.querySelectorAll("*")) {
			if ([...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim())) {
				const k = kind(e)
				if (!seen[k] && !fresh[k]) { fresh[k] = true; e.classList.add("unseen") }
			}
		}
		return Object.keys(fresh)
	})(`+string(before)+`)`)
	for _, kind := range kinds {
		seen[kind] = true
	}
	return len(kinds) > 0
}

func TestSearchIsAccessible(t *testing.T) {
	script, err := os.ReadFile(axe)
	if err != nil {
		t.Skipf("there is no axe-core here: %v", err)
	}
	address, _ := started(t, "../..")
	b := open(t, address)
	b.look(1440, "light")
	b.visit("/")
	b.do(chromedp.Evaluate[chromedp.Void](string(script)), chromedp.KeyEvent("/"), chromedp.KeyEvent("epoll"))
	b.until(`document.querySelectorAll("#found .hit").length > 3`)
	for _, theme := range []string{"light", "dark"} {
		b.look(1440, theme)
		for _, violation := range audit(b, allRules) {
			t.Errorf("%s: %s", theme, violation)
		}
	}
}

// rules are what axe is asked for, as a part of its options.
type rules string

const (
	allRules   rules = ``
	colours    rules = `, runOnly: ["color-contrast", "link-in-text-block"]` // all that a theme changes
	butColours rules = `, rules: { "color-contrast": { enabled: false }, "link-in-text-block": { enabled: false } }`
)

// audit lists what axe finds. What it cannot decide is no finding.
func audit(b *browser, asked rules) (all []string) {
	b.t.Helper()
	where := "document"
	if asked == colours { // of what unseen has marked, if it was asked
		where = `document.querySelector(".unseen") ? { include: [".unseen"] } : document`
	}
	found := value[string](b, `axe.run(`+where+`, { preload: false, resultTypes: ["violations"]`+string(asked)+` }).then((r) => JSON.stringify(r.violations.map((v) =>
		({ ID: v.id, Help: v.help, Nodes: v.nodes.map((n) => n.html.slice(0, 120) + " " + n.any.map((c) => c.message).join(" ")) }))))`)
	var violations []struct {
		ID, Help string
		Nodes    []string
	}
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		b.t.Fatal(err)
	}
	for _, v := range violations {
		all = append(all, fmt.Sprintf("%s (%s) in %d places, as %s", v.ID, v.Help, len(v.Nodes), v.Nodes[0]))
	}
	return all
}
