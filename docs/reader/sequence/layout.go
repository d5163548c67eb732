package sequence

import "slices"

// The picture's measures, in pixels.
const (
	margin     = 1   // around everything: the width of a line
	lineHeight = 18  // of text
	labelLimit = 150 // where a participant's label wraps
	textLimit  = 180 // where a message or a note wraps, if its columns are no further apart
	columnGap  = 150 // between lifelines, at least
	boxPad     = 14  // between a box and its text, left and right
	boxGap     = 20  // between two participants' boxes
	textPad    = 12  // between a message's text and the lifelines
	notePad    = 10
	noteGap    = 12 // between a note and a lifeline
	noteOver   = 20 // how far a note across columns reaches past the outer ones
	lostOf     = 5  // a lost message misses this part of its way
)

// A layout is a diagram with its texts wrapped and its columns placed.
type layout struct {
	*Diagram
	labels   [][]string
	texts    [][]string // by step
	x        []int      // the lifelines
	gaps     []int      // from each lifeline to the next
	from, to int        // the outermost pixels used, left and right
}

// arrange finds the columns. Those that are near each other are spaced first, since what
// reaches across several can then use the room that it finds.
func arrange(d *Diagram) *layout {
	l := &layout{Diagram: d, labels: make([][]string, len(d.Participants)), texts: make([][]string, len(d.Steps))}
	for i, p := range d.Participants {
		l.labels[i] = wrap(p.Label, labelLimit)
	}
	l.gaps = make([]int, len(d.Participants)-1)
	for i := range l.gaps {
		l.gaps[i] = max(columnGap, (l.box(i)+l.box(i+1))/2+boxGap)
	}
	order := make([]int, len(d.Steps))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return reach(d.Steps[a]) - reach(d.Steps[b]) })
	for _, i := range order {
		l.makeRoom(i)
	}
	l.place()
	return l
}

func reach(s Step) int {
	left, right := s.span()
	return right - left
}

// box returns the width of a participant's box.
func (l *layout) box(column int) int { return max(72, widest(l.labels[column])+2*boxPad) }

// note returns the width of a note's box that stands at one participant.
func (l *layout) note(step int) int { return widest(l.texts[step]) + 2*notePad }

// makeRoom wraps the text of a step and moves the columns apart until it fits.
func (l *layout) makeRoom(i int) {
	step := l.Steps[i]
	left, right := step.span()
	l.texts[i] = wrap(step.Text, max(textLimit, l.line(step)-2*textPad))
	size := widest(l.texts[i])
	switch {
	case left < right && step.Lost:
		l.widen(left, right, (size+2*textPad)*lostOf/(lostOf-1)+1)
	case left < right:
		l.widen(left, right, size+2*textPad)
	default:
		l.widen(left-1, left, l.note(i)/2+noteGap)
		l.widen(left, left+1, l.note(i)/2+noteGap)
	}
}

// line returns how long the line of a step is as the columns stand now.
func (l *layout) line(step Step) int {
	size := l.between(step.span())
	if step.Lost {
		size -= size / lostOf
	}
	return size
}

func (l *layout) between(left, right int) int {
	total := 0
	for _, gap := range l.gaps[left:right] {
		total += gap
	}
	return total
}

// widen shares what is missing among the gaps. Outside the outermost columns there is none:
// there the picture itself grows.
func (l *layout) widen(left, right, need int) {
	if left < 0 || right > len(l.gaps) {
		return
	}
	missing := need - l.between(left, right)
	for i := left; i < right && missing > 0; i++ {
		share := (missing + right - i - 1) / (right - i)
		l.gaps[i] += share
		missing -= share
	}
}

// place puts the first lifeline where everything left of it has room.
func (l *layout) place() {
	l.x = make([]int, len(l.Participants))
	for i, gap := range l.gaps {
		l.x[i+1] = l.x[i] + gap
	}
	for i := range l.Participants {
		l.use(l.x[i]-l.box(i)/2, l.box(i))
	}
	for i := range l.Steps {
		l.use(l.extent(i))
	}
	for i := range l.x {
		l.x[i] += margin - l.from
	}
	l.from, l.to = 0, l.to-l.from+2*margin
}

func (l *layout) use(left, size int) {
	l.from, l.to = min(l.from, left), max(l.to, left+size)
}

// extent returns where a step begins and how wide it is.
func (l *layout) extent(i int) (left, size int) {
	step := l.Steps[i]
	first, last := step.span()
	switch {
	case first == last:
		return l.x[first] - l.note(i)/2, l.note(i)
	case step.Note:
		return l.x[first] - noteOver, l.x[last] - l.x[first] + 2*noteOver
	}
	return l.x[first], l.x[last] - l.x[first]
}
