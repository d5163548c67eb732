package sequence

// message draws the text and below it the arrow, from one lifeline to another.
func (c *canvas) message(i int) {
	step, lines := c.Steps[i], c.texts[i]
	from, to := c.x[step.From], c.x[step.To]
	if step.Lost {
		to -= (to - from) / lostOf // the cross stands where nobody receives anything
	}
	if len(lines) > 0 {
		c.draw(`%s`, text("seq-text seq-halo", "middle", (from+to)/2, c.y, lines))
	}
	c.y += len(lines)*lineHeight + textGap
	ahead := 1
	if to < from {
		ahead = -1
	}
	class := ""
	if step.Own {
		class = " seq-own"
	}
	// A head is a shape and not a marker, because a marker needs an id and a page has many
	// diagrams. Under it the line's blunt end would show beside the point.
	switch back := to - 9*ahead; {
	case step.Lost:
		c.draw(`<line class="seq-line%s" x1="%d" y1="%d" x2="%d" y2="%d"/>`, class, from, c.y, to, c.y)
		c.draw(`<path class="seq-cross" d="M%d %dl10 10m0 -10l-10 10"/>`, to-5, c.y-5)
	case step.Own:
		c.draw(`<line class="seq-line%s" x1="%d" y1="%d" x2="%d" y2="%d"/>`, class, from, c.y, to-ahead, c.y)
		c.draw(`<path class="seq-open" d="M%d %dL%d %dL%d %d"/>`, back, c.y-5, to, c.y, back, c.y+5)
	default:
		c.draw(`<line class="seq-line%s" x1="%d" y1="%d" x2="%d" y2="%d"/>`, class, from, c.y, to-6*ahead, c.y)
		c.draw(`<polygon class="seq-head" points="%d,%d %d,%d %d,%d"/>`, to, c.y, back, c.y-5, back, c.y+5)
	}
}
