package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
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

// Each page at both ends of what people have, in both themes: nothing runs over the edge,
// and the browser has nothing to say.
func TestEveryPageFitsAndIsQuiet(t *testing.T) {
	t.Parallel()
	address, _ := started(t, "../..")
	b := open(t, address)
	for _, page := range pages(t) {
		b.look(360, "light")
		b.visit(page)
		value[bool](b, `document.querySelectorAll("details").forEach((d) => { d.open = true }), true`)
		for _, width := range []int64{360, 768, 1440, 2560} {
			b.look(width, "dark")
			if over := value[int](b, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
				t.Errorf("%s at %d pixels: %d hang over the edge", page, width, over)
			}
		}
		b.quiet(page)
	}
}

func TestEveryPageIsAccessible(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile(axe)
	if err != nil {
		t.Skipf("there is no axe-core here: %v", err)
	}
	address, _ := started(t, "../..")
	b := open(t, address)
	kinds := []string{"/", "/lessons/01-event-loop/README.md", "/lessons/01-event-loop/loop/conn.go", "/lessons/01-event-loop/loop/"}
	for _, page := range pages(t) {
		b.look(1440, "light")
		b.visit(page)
		b.do(chromedp.Evaluate[chromedp.Void](string(script)))
		value[bool](b, `document.querySelectorAll("details").forEach((d) => { d.open = true }), true`)
		for _, look := range []struct {
			width int64
			theme string
			asked rules
		}{
			{1440, "light", allRules},
			{1440, "dark", colours},
			{360, "light", butColours},
			{360, "light", colours},
			{360, "dark", colours},
		} {
			// Colours take three quarters of the time. Of these, a narrow window changes only what
			// is around a text, and that is the same for all of a kind.
			if look.width == 360 && look.asked == colours && !slices.Contains(kinds, page) {
				continue
			}
			b.look(look.width, look.theme)
			for _, violation := range audit(b, look.asked) {
				t.Errorf("%s, %s, %d pixels: %s", page, look.theme, look.width, violation)
			}
		}
	}
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
	found := value[string](b, `axe.run({ preload: false, resultTypes: ["violations"]`+string(asked)+` }).then((r) => JSON.stringify(r.violations.map((v) =>
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
