// Package progress tells in one line how far a transfer has come.
package progress

import (
	"fmt"
	"strings"
	"time"
)

// A State is a moment of a transfer.
type State struct {
	Have, Size int64   // bytes that are there, and that will be
	Rate       float64 // bytes a second; 0 where nothing moves
	Files, All int     // that are whole, and that will be
}

// Line is the state in fewer than width columns of ASCII. What is too much goes from the end,
// and the bar takes what is left over.
func (s State) Line(width int) string {
	share := 1.0
	if s.Size > 0 {
		share = min(1, float64(s.Have)/float64(s.Size))
	}
	words := []string{fmt.Sprintf("%3.0f %%", 100*share), Speed(s.Rate), s.left(), fmt.Sprintf("%d of %d files", s.Files, s.All)}
	text := strings.Join(words, "  ")
	for len(text) >= width && len(words) > 1 {
		words = words[:len(words)-1]
		text = strings.Join(words, "  ")
	}
	const widest, narrowest = 30, 6
	bar := min(widest, width-1-len(text)-len("[] "))
	if bar < narrowest {
		return text
	}
	full := int(share * float64(bar))
	return "[" + strings.Repeat("#", full) + strings.Repeat(".", bar-full) + "] " + text
}

// left is how long it will still take if it goes on like this.
func (s State) left() string {
	if s.Rate <= 0 {
		return "no byte moves"
	}
	switch left := max(0, float64(s.Size-s.Have)/s.Rate); {
	case left < 60:
		return fmt.Sprintf("%.0f s left", left)
	case left < 3600:
		return fmt.Sprintf("%.0f min left", left/60)
	case left < 100*3600:
		return fmt.Sprintf("%.0f h left", left/3600)
	}
	return "days left"
}

// Speed writes bytes a second in two or three digits.
func Speed(rate float64) string {
	switch {
	case rate < 1e6:
		return fmt.Sprintf("%.0f kB/s", rate/1e3)
	case rate < 10e6:
		return fmt.Sprintf("%.1f MB/s", rate/1e6)
	}
	return fmt.Sprintf("%.0f MB/s", rate/1e6)
}

// A Meter knows the rate of the last seconds: what was fast an hour ago tells nobody when a
// transfer ends.
type Meter struct {
	looks []look
}

type look struct {
	at    time.Time
	bytes int64
}

// window is how far back a Meter looks.
const window = 5 * time.Second

// Rate is told how many bytes have moved in all, and tells how many a second they are now.
func (m *Meter) Rate(now time.Time, bytes int64) float64 {
	m.looks = append(m.looks, look{now, bytes})
	for len(m.looks) > 2 && now.Sub(m.looks[1].at) >= window {
		m.looks = m.looks[1:]
	}
	first := m.looks[0]
	if took := now.Sub(first.at).Seconds(); took > 0 {
		return float64(bytes-first.bytes) / took
	}
	return 0
}
