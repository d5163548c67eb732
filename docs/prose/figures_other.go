package prose

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// others is what the results hold that compare no rivals: an experiment's rows, handshakes, and who
// noticed a lost packet.
type others struct {
	Rows []struct {
		Setting string
		Seen    any
		Unit    string
	}
	Handshakes []struct {
		Name    string
		RTT     float64 `json:"rtt_ms"`
		Request float64 `json:"request_ms"`
		Answer  float64 `json:"answer_ms"`
		Trips   int     `json:"round_trips"`
		Missing string
	}
	Losses []loss
}

type loss struct {
	Packet  int
	Rival   string
	Noticed int
}

// table is the one that a result of this form has. The key is that of handshakes, a round trip in
// milliseconds.
func (o others) table(key string) (string, error) {
	var b strings.Builder
	switch {
	case len(o.Rows) > 0:
		for _, row := range o.Rows {
			seen := strings.TrimSpace(fmt.Sprint(row.Seen))
			if seconds, ok := row.Seen.(float64); ok && row.Unit == "s" {
				seen = duration(seconds)
			} else if ok {
				seen = fmt.Sprintf("%.3g %s", seconds, row.Unit)
			}
			fmt.Fprintf(&b, "%-44s %s\n", row.Setting, seen)
		}
	case len(o.Handshakes) > 0:
		fmt.Fprintf(&b, "RTT %s ms %22s %9s   round trips\n", key, "request", "answer")
		for _, h := range o.Handshakes {
			if fmt.Sprint(h.RTT) != key {
				continue
			}
			if h.Missing != "" {
				fmt.Fprintf(&b, "%-32s %s\n", h.Name, h.Missing)
				continue
			}
			fmt.Fprintf(&b, "%-30s %9s %9s  %d\n", h.Name, duration(h.Request/1e3), duration(h.Answer/1e3), h.Trips)
		}
		if strings.Count(b.String(), "\n") == 1 {
			return "", fmt.Errorf("the result has no round trip of %s ms", key)
		}
	case len(o.Losses) > 0:
		o.noticed(&b)
	default:
		return "", errors.New("the result is damaged, or of rivals; name a setting and columns, or let make bench write it anew")
	}
	return b.String(), nil
}

// noticed has a line for each position of the lost packet, and a column for each rival.
func (o others) noticed(b *strings.Builder) {
	var rivals []string
	for _, l := range o.Losses {
		if !slices.Contains(rivals, l.Rival) {
			rivals = append(rivals, l.Rival)
		}
	}
	fmt.Fprintf(b, "%-16s", "packet lost")
	for _, r := range rivals {
		fmt.Fprintf(b, " %10s", r)
	}
	packet := -1
	slices.SortStableFunc(o.Losses, func(x, y loss) int { return cmp.Compare(x.Packet, y.Packet) })
	for _, l := range o.Losses {
		if l.Packet != packet {
			packet = l.Packet
			fmt.Fprintf(b, "\n%-16d", packet)
		}
		fmt.Fprintf(b, " %10s", fmt.Sprintf("%d of ten", l.Noticed))
	}
	b.WriteByte('\n')
}

// duration writes seconds in the unit that suits them.
func duration(seconds float64) string {
	switch {
	case seconds >= 1:
		return significant(seconds) + " s"
	case seconds >= 1e-3:
		return significant(seconds*1e3) + " ms"
	}
	return significant(seconds*1e6) + " µs"
}
