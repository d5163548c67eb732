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
	for _, page := range pages(t) {
		b.look(1440, "light")
		b.visit(page)
		b.do(chromedp.Evaluate[chromedp.Void](string(script)))
		value[bool](b, `document.querySelectorAll("details").forEach((d) => { d.open = true }), true`)
		for _, width := range []int64{1440, 360} {
			for _, theme := range []string{"light", "dark"} {
				b.look(width, theme)
				for _, violation := range audit(b, theme) {
					t.Errorf("%s, %s, %d pixels: %s", page, theme, width, violation)
				}
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
		for _, violation := range audit(b, theme) {
			t.Errorf("%s: %s", theme, violation)
		}
	}
}

// audit lists what axe finds. What it cannot decide is no finding. The theme changes nothing
// but colours, so of the dark one it asks only for these.
func audit(b *browser, theme string) (all []string) {
	b.t.Helper()
	only := ""
	if theme == "dark" {
		only = `, runOnly: ["color-contrast", "link-in-text-block"]`
	}
	found := value[string](b, `axe.run({ preload: false, resultTypes: ["violations"]`+only+` }).then((r) => JSON.stringify(r.violations.map((v) =>
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
