package prose

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// figures returns a table of a committed result of make bench. The words of its fence are the
// result's name, a setting (its key, or - for the first), and the columns by their keys, each of
// which is followed by its ratio to the first row:
//
//	```figures echo 100 messages_per_second cpu_us_per_message
//
// A result that compares no rivals has a table of its own form, so it needs no columns:
//
//	```figures batches
//	```figures handshakes 50
func (d *document) figures(f fence) (body string, err error) {
	if len(f.words) < 2 {
		return "", errors.New("write ```figures NAME SETTING COLUMN …, or ```figures NAME for what has no rivals")
	}
	name, key := f.words[1], "-"
	if len(f.words) > 2 {
		key = f.words[2]
	}
	text, err := fs.ReadFile(d.Files, "docs/results/"+name+".json")
	if err != nil {
		return "", fmt.Errorf("there is no result %s; make bench writes it", name)
	}
	var result measured
	if err := json.Unmarshal(text, &result); err != nil {
		return "", fmt.Errorf("the result %s is damaged (%v); make bench writes it anew", name, err)
	}
	if len(f.words) < 4 {
		table, err := result.Output.others.table(key)
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		return table + "\n" + result.origin(), nil
	}
	if len(result.Output.Settings) == 0 {
		return "", fmt.Errorf("the result %s is damaged, or none of rivals; make bench writes it anew", name)
	}
	i := slices.IndexFunc(result.Output.Settings, func(s setting) bool { return key == "-" || s.Setting == key })
	if i < 0 {
		return "", fmt.Errorf("the result %s has no setting %s", name, key)
	}
	return result.table(result.Output.Settings[i], f.words[3:]) + "\n" + result.origin(), nil
}

// measured is what make bench has written, as far as a table needs it.
type measured struct {
	Command, Date string
	Machine       machine
	Output        struct {
		Machine  machine
		Rounds   int
		Settings []setting
		others
	}
}

type machine struct {
	Kernel, CPU, Go string
	CPUs            int
}

type setting struct {
	Setting, Name string
	Servers       []struct {
		Name          string
		Median, Ratio map[string]float64
	}
}

func (m measured) table(s setting, columns []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%16s", s.Name, "")
	for _, column := range columns {
		fmt.Fprintf(&b, " %*s", width(column), heading(column))
	}
	b.WriteByte('\n')
	for i, server := range s.Servers {
		fmt.Fprintf(&b, "%-16s", server.Name)
		for _, column := range columns {
			median, known := server.Median[column]
			cell := "-"
			if known {
				cell = significant(median)
				if ratio := server.Ratio[column]; i > 0 && ratio != 0 {
					cell += fmt.Sprintf("  x%.2f", ratio)
				} else {
					cell += "       "
				}
			}
			fmt.Fprintf(&b, " %*s", width(column), cell)
		}
		b.WriteByte('\n')
	}
	lines := strings.Split(b.String(), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}

// origin says what has measured it, when and where.
func (m measured) origin() string {
	at, rounds := m.Output.Machine, ""
	if at.CPUs == 0 {
		at = m.Machine
	}
	if m.Output.Rounds > 0 {
		rounds = fmt.Sprintf("medians of %d, ", m.Output.Rounds)
	}
	return fmt.Sprintf("%s, %son %s\nLinux %s, %s, %d CPUs of %s\n", m.Command, rounds, m.Date, at.Kernel, at.Go, at.CPUs, at.CPU)
}

// heading is a column's key as words: requests_per_second, and cpu us per request.
func heading(column string) string { return strings.ReplaceAll(column, "_", " ") }

func width(column string) int { return max(18, len(column)+1) }

// significant writes a figure with three digits that mean something.
func significant(v float64) string {
	switch {
	case v >= 1000:
		digits := fmt.Sprintf("%.0f", v)
		for i := len(digits) - 3; i > 0; i -= 3 {
			digits = digits[:i] + "," + digits[i:]
		}
		return digits
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
