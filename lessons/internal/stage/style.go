package stage

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// A Style says what the reader's terminal can show.
type Style struct {
	Colour  bool
	Unicode bool
	Width   int // columns
}

func styleFor(out *os.File) Style {
	columns, _, err := term.GetSize(int(out.Fd())) // fails where out is no terminal
	style := Style{
		Colour:  err == nil && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb",
		Unicode: runtime.GOOS == "windows" || utf8Locale(os.Getenv),
		Width:   widest,
	}
	if asked, no := strconv.Atoi(os.Getenv("COLUMNS")); no == nil && asked > 0 {
		columns = asked // which a person sets, or a script
	}
	if columns > 0 {
		style.Width = min(max(columns, narrowest), widest)
	}
	return style
}

// utf8Locale follows locale(7): the first of the three that is set decides.
func utf8Locale(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := strings.ToLower(getenv(name)); value != "" {
			return strings.Contains(value, "utf-8") || strings.Contains(value, "utf8")
		}
	}
	return false
}

var ascii = strings.NewReplacer("─", "-", "▶", ">", "◀", "<", "│", "|", "·", "-", "µ", "u", "…", "...", "×", "x", "█", "#")

func (s Style) letters(text string) string {
	if s.Unicode {
		return text
	}
	return ascii.Replace(text)
}

func (s Style) bold(text string) string { return s.paint("1", text) }
func (s Style) dim(text string) string  { return s.paint("2", text) }

func (s Style) red(text string) string   { return s.paint("31", text) }
func (s Style) green(text string) string { return s.paint("32", text) }

func (s Style) paint(code, text string) string {
	if !s.Colour {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func runes(text string) int { return utf8.RuneCountInString(text) }

func pad(text string, size int) string {
	return text + strings.Repeat(" ", max(0, size-runes(text)))
}

// hang breaks text into lines, each behind the indent.
func (s Style) hang(text, indent string) string {
	var lines []string
	line := indent
	for _, word := range strings.Fields(text) {
		if line != indent && runes(line)+1+runes(word) > s.Width {
			lines = append(lines, line)
			line = indent
		}
		if line != indent {
			line += " "
		}
		line += word
	}
	return strings.Join(append(lines, line), "\n")
}
