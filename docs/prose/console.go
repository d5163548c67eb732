package prose

import (
	"regexp"
	"slices"
	"strings"
)

// console returns a block of commands with the output that they have now. Only the output
// of a lesson's program can be had again. Of the other commands it checks the words.
func (d *document) console(f fence, line int) string {
	seen := f.is("console", "seen")
	var text []string
	for rest := lines(f.body); len(rest) > 0; {
		line++
		if terminal.MatchString(rest[0]) {
			text, rest = append(text, rest[0]), rest[1:]
			continue
		}
		command, ok := strings.CutPrefix(rest[0], "$ ")
		if !ok {
			if !seen && strings.TrimSpace(rest[0]) != "" {
				d.problem(line, "no command stands above this output; begin the block with a line \"$ COMMAND\"")
			}
			text, rest = append(text, rest[0]), rest[1:]
			continue
		}
		text, rest = append(text, rest[0]), rest[1:]
		end := slices.IndexFunc(rest, func(line string) bool { return strings.HasPrefix(line, "$ ") || terminal.MatchString(line) })
		if end < 0 {
			end = len(rest)
		}
		output := rest[:end]
		p, err := d.checkCommand(command)
		if err != nil {
			d.problem(line, "%v", err)
		} else if !seen && (strings.TrimSpace(strings.Join(output, "")) != "" || p.ends()) {
			output = d.rerun(p, output, line)
		}
		text, rest = append(text, output...), rest[end:]
		line += end
	}
	return joined(text)
}

// terminal is a line that says where to type what follows, if one is not enough.
var terminal = regexp.MustCompile(`^# terminals? \d`)

// rerun returns the output that a program has now, or the old one if that reads the same.
func (d *document) rerun(p *program, old []string, line int) []string {
	if p == nil || !p.alone {
		d.problem(line, "this output is of no lesson's program alone and cannot be proved; fence it ```console seen, and date it")
		return old
	}
	output, _, err := d.Run(p.lesson, p.args)
	if err != nil {
		d.problem(line, "%v", err)
		return old
	}
	now := lines(strings.TrimRight(output, " \n"))
	for i := range now {
		now[i] = strings.TrimRight(now[i], " ")
	}
	end := len(old)
	for end > 0 && strings.TrimSpace(old[end-1]) == "" {
		end-- // these only keep a distance to the next command
	}
	shown, _, _, err := refill(old[:end], now, figureless)
	if err != nil {
		d.problem(line, "%v the output; copy a line that is, or remove every … line to get all of it", err)
		return old
	}
	if slices.EqualFunc(old[:end], shown, func(a, b string) bool { return figureless(a) == figureless(b) }) {
		return old
	}
	return append(shown, old[end:]...)
}

var (
	clock  = regexp.MustCompile(`^ *\d+\.\d+ s `)
	figure = regexp.MustCompile(`\d+([.,:]\d+)*( ?(ns|µs|us|ms|s|m|h|B|[kKMG]i?B)\b)?`)
	drawn  = regexp.MustCompile(`[─═=-]+`)
)

// figureless reads lines of output: alike if they differ in figures alone, in the units
// behind these, and in the room that they take. A demo shows the time before a line only
// when it has moved on.
func figureless(line string) string {
	line = clock.ReplaceAllString(line, "")
	return spaced(drawn.ReplaceAllString(figure.ReplaceAllString(line, "0"), "-"))
}
