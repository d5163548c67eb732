package prose

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A program is a lesson's program in a command.
type program struct {
	lesson int
	args   []string
	alone  bool // it is all that the command says
}

// ends tells whether the program is one that answers and ends, so an empty space below it is one to
// be filled. Below others a reader may be meant to look at his own terminal.
func (p *program) ends() bool {
	return p != nil && p.alone && len(p.args) > 0 && slices.Contains([]string{"try", "run", "list", "find"}, p.args[0])
}

var (
	shellWord   = regexp.MustCompile(`(?:[^\s"']|"[^"]*"|'[^']*')+`) // of a shell we know no more than quotes
	programWord = regexp.MustCompile(`^(?:\./)?bin/lesson(\d+)$`)
)

// checkCommand checks what a reader is told to type: the targets of make, the lessons,
// the words and flags for their programs. It returns the lesson's program in it, if any.
func (d *document) checkCommand(command string) (p *program, err error) {
	words := shellWord.FindAllString(command, -1)
	for i, word := range words {
		words[i] = strings.NewReplacer(`"`, "", `'`, "").Replace(word)
	}
	end := slices.IndexFunc(words, func(word string) bool { return strings.ContainsAny(word, "|&;<>#") })
	alone := end < 0
	if !alone {
		words = words[:end]
	}
	if len(words) > 1 && words[0] == "make" {
		if err := d.checkMake(words[1:]); err != nil {
			return nil, err
		}
	}
	if len(words) > 2 && words[0] == "make" && words[1] == "lesson" {
		p = &program{alone: alone}
		p.lesson, _ = strconv.Atoi(words[2])
		for _, word := range words[3:] {
			if args, ok := strings.CutPrefix(word, "ARGS="); ok {
				p.args = strings.Fields(args)
			}
		}
	}
	if i := slices.IndexFunc(words, programWord.MatchString); i >= 0 {
		p = &program{args: words[i+1:], alone: alone && i == 0}
		p.lesson, _ = strconv.Atoi(programWord.FindStringSubmatch(words[i])[1])
	}
	if p == nil {
		return nil, nil
	}
	return p, d.checkProgram(p)
}

// checkProgram asks the program for help with the words that it is given.
func (d *document) checkProgram(p *program) error {
	if !d.exists("lessons/%02d-*", p.lesson) {
		return fmt.Errorf("there is no lesson %d; name one of those in lessons/", p.lesson)
	}
	output, status, err := d.Run(p.lesson, append(slices.Clone(p.args), "--help"))
	if err == nil && status != 0 {
		said, _, _ := strings.Cut(output, "\n")
		err = fmt.Errorf("lesson %d does not take these words: %s; see bin/lesson%[1]d --help", p.lesson, said)
	}
	return err
}

// checkMake checks the words behind make: a target, and what it is to be made of.
func (d *document) checkMake(words []string) error {
	target := words[0]
	makefile, _ := fs.ReadFile(d.Files, "Makefile")
	known := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(target) + `:`).Match(makefile)
	if !known && !strings.HasPrefix(target, "-") && !strings.Contains(target, "=") {
		return fmt.Errorf("the Makefile has no target %s; name one that it has", target)
	}
	if len(words) < 2 {
		return nil
	}
	lesson, exercise, _ := strings.Cut(words[1], ".")
	number, _ := strconv.Atoi(lesson)
	if target == "exercise" && !d.exists("lessons/%02d-*/exercises/%s-*", number, exercise) {
		return fmt.Errorf("there is no exercise %s; its folder would be lessons/%02d-*/exercises/%s-*", words[1], number, exercise)
	}
	return nil
}

func (d *document) exists(pattern string, args ...any) bool {
	found, _ := fs.Glob(d.Files, fmt.Sprintf(pattern, args...))
	return len(found) > 0
}
