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
	c.draw(`<line class="%s" x1="%d" y1="%d" x2="%d" y2="%d"/>`, lineClass(step), from, c.y, to-ahead*short(step), c.y)
	c.tip(step, to, c.y, ahead)
}

// self draws a loop that leaves its lifeline and comes back, with the text beside it.
func (c *canvas) self(i int) {
	step, lines := c.Steps[i], c.texts[i]
	x := c.x[step.From]
	height := max(24, len(lines)*lineHeight)
	if len(lines) > 0 {
		top := c.y + (height-len(lines)*lineHeight)/2
		c.draw(`%s`, text("seq-text seq-halo", "start", x+loop+textPad/2, top, lines))
	}
	end := x
	if step.Lost {
		end += loop / 2
	}
	c.draw(`<path class="%s" d="M%d %dH%da4 4 0 0 1 4 4V%da4 4 0 0 1 -4 4H%d"/>`,
		lineClass(step), x, c.y, x+loop-4, c.y+height-4, end+short(step))
	c.y += height
	c.tip(step, end, c.y, -1)
}

func lineClass(step Step) string {
	class := "seq-line"
	if step.Dashed {
		class += " seq-dashed"
	}
	if step.Lost {
		class += " seq-lost"
	}
	return class
}

// short is how much earlier a line ends than its arrow: under a head its blunt end would
// show beside the point.
func short(step Step) int {
	switch {
	case step.Lost:
		return 0
	case step.Head == Filled:
		return 6
	case step.Head == Open:
		return 1
	}
	return 0
}

// tip draws the end of an arrow that goes ahead: 1 to the right, -1 to the left. It is a
// shape and not a marker, because a marker needs an id and a page has many diagrams.
func (c *canvas) tip(step Step, x, y, ahead int) {
	switch back := x - 9*ahead; {
	case step.Lost:
		c.draw(`<path class="seq-line seq-lost seq-cross" d="M%d %dl10 10m0 -10l-10 10"/>`, x-5, y-5)
	case step.Head == Filled:
		c.draw(`<polygon class="seq-head" points="%d,%d %d,%d %d,%d"/>`, x, y, back, y-5, back, y+5)
	case step.Head == Open:
		c.draw(`<path class="seq-line seq-open" d="M%d %dL%d %dL%d %d"/>`, back, y-5, x, y, back, y+5)
	}
}
