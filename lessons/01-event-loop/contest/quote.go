//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package contest

import (
	"fmt"
	"io"

	"onthewire/lessons/internal/measure"
)

// quoted is the comparison that a chapter on Rust's network libraries gives. It names no
// machine and no program.
var quoted = []struct{ theirs, perSecond, p99, ours string }{
	{"mio", "500,000", "0.5 ms", "loop"},
	{"tokio::net", "480,000", "0.6 ms", "goroutines"},
	{"std::net", "50,000", "5 ms", "threads"},
}

// Quote writes it beside what was measured at the most connections.
// Where the terminal is narrow, a row's right half is below its left one.
func Quote(to io.Writer, results []measure.Result, narrow bool) {
	between := "     "
	if narrow {
		between = "\n    "
	}
	fmt.Fprintf(to, "  %-12s%9s%9s%s%-12s%9s%9s%13s\n", "quoted", "req/s", "p99", between, "measured", "msgs/s", "p99", "connections")
	for _, q := range quoted {
		fmt.Fprintf(to, "  %-12s%9s%9s%s%-12s", q.theirs, q.perSecond, q.p99, between, q.ours)
		best, conns := -1, 0
		for i, r := range results {
			p := plan(r.Setting)
			if p.Payload == 64 && p.Pipeline == 1 && len(r.Values(q.ours, perSecond)) > 0 && p.Conns > conns {
				best, conns = i, p.Conns
			}
		}
		if best < 0 {
			fmt.Fprintf(to, "%9s\n", "-")
			continue
		}
		fmt.Fprintf(to, "%9s%9s%13s\n", columns[perSecond].Show(results[best].Median(q.ours, perSecond)),
			measure.Micros(results[best].Median(q.ours, p99)), measure.Whole(float64(conns)))
	}
}
