package bench

import (
	"fmt"
	"html"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"onthewire/lessons/internal/measure"
)

// A Drawing says what a chart shows of a result: one column, in some settings or, with none, in all.
type Drawing struct {
	Column   string
	Settings []string
}

// Where things stand in a chart, in its own units.
const (
	wide    = 680
	barsAt  = 132 // right of the names
	barsFor = 380 // the longest bar, and the line for its spread
	line    = 30
)

const style = `<style>
.card { fill: #fbfaf8 } .bar { fill: #e2a983 } .first { fill: #b9b0a6 } .apart { stroke: #26211c; stroke-width: 2 } text { fill: #26211c } .group { font-weight: 700 }
@media (prefers-color-scheme: dark) {
.card { fill: #1d1a17 } .bar { fill: #8f5a35 } .first { fill: #5d554d } .apart { stroke: #efe9e2 } text { fill: #efe9e2 }
}
</style>
`

// chart draws a bar for each program in each setting. The longest bar of a setting is as long as that
// of any other, because it is the ratios that matter. A line at a bar's end is as long as the rounds
// of the program were apart.
func (r Result) chart(d Drawing) string {
	t, words := r.table(), strings.ReplaceAll(d.Column, "_", " ")
	better := "less is better"
	if strings.HasSuffix(d.Column, "_per_second") {
		better = "more is better"
	}
	var b, told strings.Builder
	y := 0
	for _, s := range t.Settings {
		if len(d.Settings) > 0 && !slices.Contains(d.Settings, s.Setting) {
			continue
		}
		most := 0.0
		for _, server := range s.Servers {
			most = max(most, server.Median[d.Column]*(1+server.Spread[d.Column]/2))
		}
		if most == 0 {
			continue
		}
		fmt.Fprintf(&b, "<text class=\"group\" x=\"20\" y=\"%d\">%s</text>\n", y+34, html.EscapeString(s.Name))
		fmt.Fprintf(&told, " %s:", s.Name)
		y += 46
		for i, server := range s.Servers {
			fmt.Fprint(&b, bar(server, d.Column, y, barsFor/most, i == 0))
			fmt.Fprintf(&told, " %s %s,", server.Name, value(server, d.Column))
			y += line
		}
	}
	height := y + 52
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-labelledby="t d" font-family="ui-sans-serif, system-ui, sans-serif" font-size="15">
<title id="t">%[3]s, %[4]s</title>
<desc id="d">%[5]s.</desc>
%[6]s<rect class="card" width="%[1]d" height="%[2]d" rx="10"/>
%[7]s<text x="20" y="%[8]d" font-size="13">%[3]s, %[4]s · %[9]s</text>
</svg>
`, wide, height, words, better, html.EscapeString(strings.TrimRight(strings.TrimSpace(told.String()), ",")), style, b.String(),
		height-18, html.EscapeString(fmt.Sprintf("medians of %d, %s, %d CPUs of %s", t.Rounds, r.Date, t.Machine.CPUs, t.Machine.CPU)))
}

func bar(server measure.Row, column string, y int, scale float64, first bool) string {
	class, median := "bar", server.Median[column]
	if first {
		class = "first"
	}
	out := fmt.Sprintf("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", barsAt-10, y+17, html.EscapeString(server.Name))
	at := barsAt + 0.0
	if median > 0 {
		apart := server.Spread[column] * median / 2
		at += (median + apart) * scale
		out += fmt.Sprintf("<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"22\"/><path class=\"apart\" d=\"M%.1f %dH%.1f\"/>\n",
			class, barsAt, y, median*scale, barsAt+(median-apart)*scale, y+11, at)
	}
	return out + fmt.Sprintf("<text x=\"%.1f\" y=\"%d\">%s</text>\n", at+8, y+17, value(server, column))
}

// value is a median with its ratio to the first program's.
func value(server measure.Row, column string) string {
	median, known := server.Median[column]
	if !known {
		return "not measured"
	}
	text := fmt.Sprintf("%.3g", median)
	if median >= 100 {
		text = measure.Whole(math.Round(median))
	}
	return fmt.Sprintf("%s ×%.2f", text, server.Ratio[column])
}

// Draw writes the charts of what is committed, as Run does after measuring.
func Draw(folder string, all []Comparison) error {
	for _, c := range all {
		if c.Draws.Column == "" {
			continue
		}
		r, err := read(folder, c.Name)
		if err != nil {
			return err
		}
		if err := r.draw(folder, c); err != nil {
			return err
		}
	}
	return nil
}

func (r Result) draw(folder string, c Comparison) error {
	if c.Draws.Column == "" {
		return nil
	}
	return os.WriteFile(filepath.Join(folder, c.Name+".svg"), []byte(r.chart(c.Draws)), 0o666)
}
