package sequence

import (
	"fmt"
	"strings"
)

// boxHeight is the same for all participants, so that their lifelines begin on one line.
func (l *layout) boxHeight() int {
	most := 0
	for _, label := range l.labels {
		most = max(most, len(label))
	}
	return most*lineHeight + 2*labelPad
}

// boxes draws the participants with their labels.
func (l *layout) boxes(top int) string {
	var b strings.Builder
	height := l.boxHeight()
	for i := range l.Participants {
		fmt.Fprintf(&b, `<rect class="seq-box" x="%d" y="%d" width="%d" height="%d" rx="6"/>`+"\n",
			l.x[i]-l.box(i)/2, top, l.box(i), height)
		first := top + (height-len(l.labels[i])*lineHeight)/2
		b.WriteString(text("seq-name", "middle", l.x[i], first, l.labels[i]) + "\n")
	}
	return b.String()
}

func (l *layout) lifelines(top, bottom int) string {
	var b strings.Builder
	for _, x := range l.x {
		fmt.Fprintf(&b, `<line class="seq-life" x1="%d" y1="%d" x2="%d" y2="%d"/>`+"\n", x, top, x, bottom)
	}
	return b.String()
}
