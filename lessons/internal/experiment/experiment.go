// Package experiment is the one form in which all lessons put a claim to the test.
//
// An experiment is a value in a file of its own, and a list in the lesson's package
// experiments names them all:
//
//	// Nodelay says one line in two small writes and waits for the answer.
//	var Nodelay = experiment.Experiment{
//		Name:     "nodelay",
//		Subjects: []string{"TCP_NODELAY"},
//		About:    "Two small writes and a read",
//		Do:       nodelay,
//	}
//
// A pitfall (lesson 06) has two sides: a type with two methods, broken and fixed. It is an
// experiment whose Do plays one scenario with each. The two are its rows, and it has shown
// itself if the broken one fails in exactly the way that is claimed and the fixed one does
// not:
//
//	func shortRead(ctx context.Context, r *experiment.Report) error {
//		broken, err := scenario(ctx, pitfall.broken)
//		...
//		fixed, err := scenario(ctx, pitfall.fixed)
//		...
//		r.Add("broken", broken)
//		r.Add("fixed", fixed)
//		r.Shown = errors.Is(broken, io.ErrUnexpectedEOF) && fixed == nil
//		r.Says = "..."
//		return nil
//	}
//
// Time is that of package time, so within testing/synctest an experiment runs in virtual
// time like anything else. What takes long tells with Report.Progress how far it has come.
//
// Beside the form there is what most experiments need: a connected Pair, Control for a
// borrowed descriptor, and ErrnoName. How a lesson runs its experiments is in try, and what
// every one of them has to keep is in experimenttest.
package experiment

import (
	"context"
	"fmt"
)

// An Experiment changes one thing and shows, from outside, what that changes.
type Experiment struct {
	Name     string   // what a person types
	Subjects []string // what it shows, by the names in man pages and RFCs
	About    string   // what there is to see, in a line

	// Simulated says that it has no sockets of the kernel, but a network in memory, and so
	// runs in virtual time too (testing/synctest).
	Simulated bool

	// Do adds what it has seen to the report. Where the system does not let it, the error is
	// an *Unavailable.
	Do func(ctx context.Context, r *Report) error
}

// Run does it, in a second or two where nothing else is said. progress hears how far it has
// come, and may be nil. If ctx has ended meanwhile, the error is ctx.Err(): what failed on a
// socket that was closed under it is only an echo of that.
func (e Experiment) Run(ctx context.Context, progress func(string)) (Report, error) {
	r := Report{progress: progress}
	err := e.Do(ctx, &r)
	if ctx.Err() != nil {
		return r, ctx.Err()
	}
	return r, err
}

// A Report is what one run has seen.
type Report struct {
	Rows []Row

	// Shown tells whether the rows stand in the relation that the experiment is about, and
	// Says puts that relation into a sentence.
	Shown bool
	Says  string

	progress func(string)
}

// A Row is one setting and what was seen with it: a time.Duration, an int, a bool, an error,
// a string or a fmt.Stringer.
type Row struct {
	Setting string
	Seen    any
}

// Add appends a row.
func (r *Report) Add(setting string, seen any) { r.Rows = append(r.Rows, Row{setting, seen}) }

// Progress tells whoever waits how far the experiment has come.
func (r *Report) Progress(format string, args ...any) {
	if r.progress != nil {
		r.progress(fmt.Sprintf(format, args...))
	}
}
