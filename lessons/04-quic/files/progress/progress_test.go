package progress

import (
	"strings"
	"testing"
	"time"
)

func TestALineFitsItsTerminalAndTheShareIsTheLastToGo(t *testing.T) {
	s := State{Have: 3 << 30, Size: 4 << 30, Rate: 312e6, Files: 7500, All: 10000}
	for width, want := range map[int]string{
		100: "[######################........]  75 %  312 MB/s  3 s left  7500 of 10000 files",
		60:  "[#######...]  75 %  312 MB/s  3 s left  7500 of 10000 files",
		40:  "[########...]  75 %  312 MB/s  3 s left",
		10:  " 75 %",
	} {
		if got := s.Line(width); got != want {
			t.Errorf("in %d columns: %q", width, got)
		}
	}
	for width := 7; width < 120; width++ {
		for _, s := range []State{s, {}, {Size: 5, Have: 9, Rate: 1}, {Size: 1 << 60, Rate: 1, All: 1 << 40}} {
			line := s.Line(width)
			if len(line) >= width || strings.ContainsFunc(line, func(r rune) bool { return r > '~' }) {
				t.Errorf("in %d columns, %v: %q", width, s, line)
			}
		}
	}
}

func TestTheTimeLeftFollowsWhatMovesNow(t *testing.T) {
	var m Meter
	now := time.Unix(0, 0)
	var bytes int64
	for range 100 { // 100 s at 1,000 bytes a second
		m.Rate(now, bytes)
		now, bytes = now.Add(time.Second), bytes+1000
	}
	for range 10 { // then none
		now = now.Add(time.Second)
		m.Rate(now, bytes)
	}
	s := State{Size: 1 << 20, Have: bytes, Rate: m.Rate(now, bytes)}
	if s.Rate != 0 || !strings.Contains(s.Line(80), "no byte moves") {
		t.Errorf("nothing has moved for 10 s, and the rate is %v: %q", s.Rate, s.Line(80))
	}
	if len(m.looks) > 10 {
		t.Errorf("it remembers %d moments", len(m.looks))
	}
}
