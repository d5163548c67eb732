package main

import (
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"onthewire/lessons/04-quic/initial"
	"onthewire/lessons/04-quic/initial/page"
)

// The page of `bytes --html` in lesson 04, which stands alone: here it is looked at as a
// person does, with the same browser.

// handshakePage is that page, of a handshake that was recorded.
func handshakePage(t *testing.T, file string) *browser {
	t.Helper()
	text, err := os.ReadFile("../../lessons/04-quic/initial/testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var c initial.Conversation
	for line := range strings.Lines(string(text)) {
		line, from := strings.TrimSpace(line), initial.Client
		if rest, ok := strings.CutPrefix(line, "< "); ok {
			line, from = rest, initial.Server
		}
		if data, err := hex.DecodeString(line); err == nil {
			if err := c.Read(data, from); err != nil {
				t.Fatal(err)
			}
		}
	}
	html, err := page.Of(&c, "Recorded.")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(html) }))
	t.Cleanup(server.Close)
	b := open(t, strings.TrimPrefix(server.URL, "http://"))
	b.look(1440, "light")
	b.visit("/")
	return b
}

// cell is a byte of a datagram, counted from 1 and from 0.
const cell = `var cell = (datagram, at) => document.querySelectorAll("#datagram" + datagram + " [data-f]")[at];`

func TestEachByteOfAHandshakeAnswersToThePointer(t *testing.T) {
	b := handshakePage(t, "handshake.hex")
	if n := value[int](b, `fields.filter((f) => !f.name || !f.text || !f.url.startsWith("https://www.rfc-editor.org/rfc/rfc")).length`); n != 0 {
		t.Errorf("%d fields have nothing to say", n)
	}
	// A real pointer, over the first byte of the version.
	box := value[[]float64](b, cell+`cell(1, 1).scrollIntoView({ block: "center" }); const r = cell(1, 1).getBoundingClientRect(); [r.x + r.width / 2, r.y + r.height / 2]`)
	b.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, box[0], box[1]))
	b.until(`document.querySelector("#said h2").textContent === "Version"`)
	if where := value[string](b, `document.querySelector("#said .where").textContent`); where != "Byte 1: 00" {
		t.Errorf("it says %q", where)
	}
	b.do(chromedp.MouseClickXY(box[0], box[1]))
	b.until(`document.activeElement.textContent === "00" && document.querySelector("#heard").textContent.includes("Version: 1")`)
	// The name of the server came in two pieces, and both are marked, and the whole of it.
	pieces := value[int](b, `show(document.querySelector("[data-f='" + fields.findIndex((f) => f.name === "HostName") + "']")); document.querySelectorAll(".same").length`)
	if want := 2 * len("localhost"); pieces != want {
		t.Errorf("%d bytes are the server's name, want %d", pieces, want)
	}
	b.quiet("the pointer")
}

func TestEachByteOfAHandshakeAnswersToTheKeyboard(t *testing.T) {
	b := handshakePage(t, "handshake.hex")
	for _, width := range []int64{1440, 360} {
		b.look(width, "light")
		across := map[int64]int{1440: 16, 360: 8}[width]
		value[bool](b, cell+`cell(1, 0).focus(), true`)
		at := func() int {
			return value[int](b, `[...document.querySelectorAll("#datagram1 [data-f]")].indexOf(document.activeElement)`)
		}
		for _, step := range []struct {
			key  string
			want int
		}{
			{kb.ArrowRight, 1}, {kb.ArrowLeft, 0}, {kb.ArrowLeft, 0}, {kb.ArrowDown, across}, {kb.ArrowUp, 0},
			{kb.PageDown, 1}, {kb.PageDown, 5}, {kb.End, 1279}, {kb.Home, 0},
		} {
			b.do(chromedp.KeyEvent(step.key))
			if got := at(); got != step.want {
				t.Errorf("at %d pixels %q leads to byte %d, want %d", width, step.key, got, step.want)
			}
		}
		if n := value[int](b, `document.querySelectorAll("#datagram1 [tabindex='0']").length`); n != 1 {
			t.Errorf("Tab stops %d times in a datagram", n)
		}
	}
	// Folded bytes are passed over until they are unfolded.
	seen := `[...document.querySelectorAll("#datagram1 [data-f]")].filter((c) => c.checkVisibility()).length`
	if folded := value[int](b, seen); folded >= 1280 {
		t.Error("nothing is folded")
	}
	value[bool](b, `document.querySelectorAll("#datagram1 [aria-controls]").forEach((button) => { button.focus(); button.click() }), true`)
	if all := value[int](b, seen); all != 1280 {
		t.Errorf("unfolded, %d bytes are seen", all)
	}
	value[bool](b, `document.querySelector("#wire").click(), true`)
	if wire := value[string](b, cell+`[...Array(22)].map((_, i) => cell(1, i).textContent).join("")`); !strings.HasPrefix(wire, "ca00000001097896ed51b6d83423d504decce11a0044") {
		t.Errorf("on the wire it began %s", wire)
	}
	b.quiet("the keyboard")
}

func TestThePageOfAHandshakeFitsAndIsAccessible(t *testing.T) {
	b := handshakePage(t, "rfc9001.hex") // the shorter one: axe takes its time for each byte
	script, err := os.ReadFile(axe)
	if err != nil {
		t.Skipf("there is no axe-core here: %v", err)
	}
	b.do(chromedp.Evaluate[chromedp.Void](string(script)))
	value[bool](b, `document.querySelectorAll("details").forEach((d) => { d.open = true }), cell1 = document.querySelector("[data-f]"), cell1.focus(), true`)
	for _, width := range []int64{360, 1440} {
		for _, theme := range []string{"light", "dark"} {
			b.look(width, theme)
			if over := value[int](b, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
				t.Errorf("at %d pixels %d hang over the edge", width, over)
			}
			if (width == 360) != (theme == "light") {
				continue
			}
			asked := allRules
			if theme == "dark" {
				asked = colours
			}
			for _, violation := range audit(b, asked) {
				t.Errorf("%s, %d pixels: %s", theme, width, violation)
			}
		}
	}
	b.quiet("the page")
}

func TestThePageOfAHandshakeReadsWithoutScripts(t *testing.T) {
	b := handshakePage(t, "handshake.hex")
	b.do(command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	b.visit("/")
	if value[bool](b, `[...document.querySelectorAll("button")].some((button) => button.checkVisibility())`) {
		t.Error("there are buttons that do nothing")
	}
	if n := value[int](b, `[...document.querySelectorAll("#datagram1 [data-f]")].filter((c) => c.checkVisibility()).length`); n != 1280 {
		t.Errorf("%d of 1280 bytes are seen", n)
	}
}
