package sequence

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf8"
)

// More measures, from top to bottom.
const (
	stepGap   = 16 // above every step
	textGap   = 7  // between a message's text and its line
	baseline  = 12 // and a half, from the top of a line of text to the foot of its letters
	labelPad  = 9  // between a participant's box and its label
	noteInset = 7  // between a note and its text
)

// SVG draws the diagram for use inside a page. id has to be one that the page uses nowhere
// else. The picture asks for no script and no inline style; its colours are those of the
// stylesheet CSS.
//
// Coordinates are whole numbers, and the view is half a pixel off: so a line one pixel wide
// lies on pixels and not between them. Texts take the half back.
//
// It has its natural size. A narrow screen scrolls it in a box of its own:
//
//	<div class="…" tabindex="0" role="region">SVG</div>    overflow-x: auto
func (d *Diagram) SVG(id string) string {
	if len(d.Participants) == 0 {
		return ""
	}
	c := &canvas{layout: arrange(d)}
	top := margin
	c.y = top + c.boxHeight()
	for i := range d.Steps {
		c.y += stepGap
		if d.Steps[i].Note {
			c.note(i)
		} else {
			c.message(i)
		}
	}
	c.y += stepGap + 4
	lifelines := c.lifelines(top+c.boxHeight(), c.y)
	c.y += margin
	id = html.EscapeString(id)
	var labels []string // what a screen reader announces in place of the picture
	for i := range d.Participants {
		labels = append(labels, d.label(i))
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" class="seq" role="img" aria-labelledby="%s-title" `+
		`viewBox="-0.5 -0.5 %d %d" width="%d" height="%d" font-size="%d">`+"\n"+`<title id="%s-title">%s</title>`+"\n",
		id, c.to, c.y, c.to, c.y, fontSize, id, html.EscapeString(strings.Join(labels, ", "))) +
		lifelines + c.boxes(top) + c.String() + "</svg>\n"
}

// A canvas is drawn on from top to bottom; y is how far it is used.
type canvas struct {
	*layout
	strings.Builder
	y int
}

func (c *canvas) draw(format string, values ...any) { fmt.Fprintf(c, format+"\n", values...) }

// note draws a box over the lifelines.
func (c *canvas) note(i int) {
	left, size := c.extent(i)
	height := len(c.texts[i])*lineHeight + 2*noteInset
	c.draw(`<rect class="seq-note" x="%d" y="%d" width="%d" height="%d" rx="4"/>`, left, c.y, size, height)
	c.draw(`%s`, text("seq-text", "middle", left+size/2, c.y+noteInset, c.texts[i]))
	c.y += height
}

// text sets lines below each other, the first of them from top on.
func text(class, anchor string, x, top int, lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<text class="%s" x="%d" y="%d.5" text-anchor="%s">`, class, x, top+baseline, anchor)
	for i, line := range lines {
		if i == 0 {
			b.WriteString(html.EscapeString(line))
			continue
		}
		if last, _ := utf8.DecodeLastRuneInString(lines[i-1]); !wide(last) {
			// The words stay apart when they are copied. With a size, this would shift
			// what is centred.
			b.WriteString(`<tspan font-size="0"> </tspan>`)
		}
		fmt.Fprintf(&b, `<tspan x="%d" dy="%d">%s</tspan>`, x, lineHeight, html.EscapeString(line))
	}
	b.WriteString("</text>")
	return b.String()
}
