package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"onthewire/lessons/02-socket-options/options"
	"onthewire/lessons/02-socket-options/options/values"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/stage"
)

type listCommand struct {
	Name string `arg:"" optional:"" help:"One option, with all that is known of it."`
	JSON bool   `name:"json" help:"Print JSON, an object an option."`
}

// A row is what --json prints of an option.
type row struct {
	Name      string `json:"name"`
	Level     int    `json:"level"`
	Number    int    `json:"number"`
	Type      string `json:"type"`
	Has       string `json:"has"`
	Kernel    string `json:"kernel"`
	Go        string `json:"go"`
	Error     string `json:"error,omitempty"`
	Socket2   string `json:"socket2,omitempty"`
	Man       string `json:"man"`
	Try       string `json:"try"`
	Windows   string `json:"windows,omitempty"`
	different bool
}

func (c listCommand) Run(context.Context) error {
	rows, err := rows()
	if err != nil {
		return err
	}
	if c.Name != "" {
		if rows, err = only(c.Name, rows); err != nil {
			return err
		}
	}
	switch {
	case c.JSON:
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(rows)
	case c.Name != "":
		show(stage.New(os.Stdout), rows[0])
	default:
		table(stage.New(os.Stdout), rows)
	}
	return nil
}

func show(s *stage.Stage, r row) {
	s.Line("%s, level %d, number %d: %s", r.Name, r.Level, r.Number, r.Type)
	for _, line := range [][2]string{
		{"kernel", value(r.Kernel, r.Error)}, {"Go", value(r.Go, r.Error)}, {"has it", r.Has},
		{"socket2", or(r.Socket2, "no method")}, {"read", manual(r.Man)}, {"see", "bin/lesson2 try " + r.Try},
	} {
		s.Line("  %-8s %s", line[0], line[1])
	}
	if differs := values.OnWindows[r.Name]; differs != "" {
		s.Line("  %-8s %s", "Windows", differs)
	}
}

// table has a line for each option or, where the terminal is narrow, two.
func table(s *stage.Stage, rows []row) {
	line := func(name, kernel, mark, values, try, socket2 string) {
		left := fmt.Sprintf("  %-20s %-9s%1s %-11s ", name, kernel, mark, values)
		if s.Narrow() {
			left = strings.TrimRight(left, " ") + "\n      "
		}
		fmt.Printf("%s%-12s %s\n", left, try, socket2)
	}
	line("option", "kernel", "", "Go", "try", "socket2")
	for _, r := range rows {
		line(r.Name, value(r.Kernel, r.Error), map[bool]string{true: ">", false: ""}[r.different], value(r.Go, r.Error), r.Try, or(r.Socket2, "-"))
	}
	s.Say("> Go has set it to another value than the kernel's.")
}

func rows() ([]row, error) {
	read, err := values.Read()
	if err != nil {
		return nil, err
	}
	rows := make([]row, len(read))
	for i, o := range options.Table {
		v := read[i]
		rows[i] = row{
			Name: o.Name, Type: o.Type, Has: o.Has, Socket2: o.Socket2, Man: o.Man, Try: o.Try, Windows: values.OnWindows[o.Name],
			Level: v.Level, Number: v.Number, Kernel: v.Kernel, Go: v.Go, different: v.Err == nil && v.Kernel != v.Go,
		}
		if v.Err != nil {
			rows[i].Error = v.Err.Error()
		}
	}
	return rows, nil
}

func only(name string, rows []row) ([]row, error) {
	names := make([]string, len(rows))
	for i, r := range rows {
		if names[i] = r.Name; strings.EqualFold(r.Name, name) {
			return rows[i : i+1], nil
		}
	}
	return nil, cli.Unknown("option", name, names, "see bin/lesson2 list")
}

func value(v, problem string) string {
	if problem != "" {
		return "-"
	}
	return v
}

// manual is what to type or to look for.
func manual(page string) string {
	if name, found := strings.CutSuffix(page, "(7)"); found {
		return "man 7 " + name
	}
	return "Documentation/" + page + " of the kernel; section 7 does not have it"
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
