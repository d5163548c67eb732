package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"onthewire/lessons/05-http/dump"
	"onthewire/lessons/05-http/grid"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/stage"
)

type gridCommand struct {
	Name string `arg:"" optional:"" help:"One request: its bytes, and where each parser ends each message."`
	All  bool   `help:"Show all requests, and not only those that show most."`
	JSON bool   `name:"json" help:"Print JSON: all requests, or the one that is named."`
}

// A judged request stands with what each parser has made of it.
type judged struct {
	Name     string         `json:"name"`
	About    string         `json:"about"`
	Bytes    string         `json:"bytes"`
	Verdicts []grid.Verdict `json:"verdicts"`
}

func (c gridCommand) Run(ctx context.Context) error {
	rows, names := []judged{}, []string{}
	for _, r := range grid.Requests {
		names = append(names, r.Name)
		if c.Name != r.Name && (c.Name != "" || !c.All && !c.JSON && !r.Known) {
			continue
		}
		verdicts, err := grid.Judge(ctx, r.Bytes)
		if err != nil {
			return err
		}
		rows = append(rows, judged{r.Name, r.About, r.Bytes, verdicts})
	}
	if len(rows) == 0 {
		return cli.Unknown("request", c.Name, names, "see bin/lesson5 grid --all")
	}
	s := stage.New(os.Stdout)
	switch {
	case c.JSON:
		return json.NewEncoder(os.Stdout).Encode(rows)
	case c.Name != "":
		c.one(s, rows[0])
	default:
		c.table(s, rows)
	}
	return nil
}

// table prints a line for each request.
func (c gridCommand) table(s *stage.Stage, rows []judged) {
	line := func(name, about string, cells [3]string) {
		if s.Narrow() {
			about = ""
		} else {
			about = fmt.Sprintf("%-25s", about)
		}
		s.Line("  %-15s%s %-12s%-12s%s", name, about, cells[0], cells[1], cells[2])
	}
	line("request", "what is odd", [3]string(grid.Parsers))
	for _, r := range rows {
		line(r.Name, r.About, [3]string{r.Verdicts[0].String(), r.Verdicts[1].String(), r.Verdicts[2].String()})
	}
	if !c.All {
		s.Line("  /a 5 is a request for /a with a body of 5 bytes, 400 a refusal.")
	}
}

// one prints the bytes, and below the last of each message who takes it for the last.
func (c gridCommand) one(s *stage.Stage, r judged) {
	s.Line("  %s: %s", r.Name, r.About)
	ends := map[int][]string{}
	places := []int{}
	for _, v := range r.Verdicts {
		for _, m := range v.Messages {
			places = append(places, m.End)
			ends[m.End] = append(ends[m.End], fmt.Sprintf("%s: %s %s ends, body %d", v.Parser, m.Method, m.Target, len(m.Body)))
		}
	}
	for _, row := range dump.Rows([]byte(r.Bytes), dump.PerRow(s.Width(), 8), places...) {
		s.Line("%6d  %s", row.At, row)
		for _, end := range ends[row.At+len(row.Bytes)] {
			s.Line("        ^ %s", end)
		}
	}
	for _, v := range r.Verdicts {
		switch {
		case v.Status != 0:
			s.Line("  %s: %d", v.Parser, v.Status)
			s.Line("  %s", strings.TrimPrefix(v.Why, fmt.Sprintf("%d Bad Request: ", v.Status)))
		case v.Waits:
			s.Line("  %s: waits for more", v.Parser)
		}
	}
}
