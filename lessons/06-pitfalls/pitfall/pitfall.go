// Package pitfall is the form of this lesson's programs: a mistake and its cure, in one scenario.
//
// A pitfall is a file of its own. It has a type with two methods, broken and fixed, as alike as
// they can be, since their diff is what there is to learn. A scenario plays with either of them:
//
//	// Eagain takes EAGAIN for an error.
//	var Eagain = pitfall.Pitfall{
//		Number: 3,
//		Name:   "eagain",
//		...
//		Broken: func(ctx context.Context) (pitfall.Outcome, error) { return nothingYet(ctx, eagain{}.broken) },
//		Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return nothingYet(ctx, eagain{}.fixed) },
//	}
//
// What every pitfall has to keep is in pitfalltest.
package pitfall

import (
	"context"
	"fmt"

	"onthewire/lessons/internal/experiment"
)

// A Pitfall is a mistake that passes on a laptop.
type Pitfall struct {
	Number   int      // its place in the field guide
	Name     string   // what a person types
	Subjects []string // as in man pages and RFCs
	Title    string   // the mistake, in a few words

	// Symptom is what an operator sees, in a sentence. Messages are what programs say of it,
	// word for word, in Go, Rust, nginx or Envoy: what people search for.
	Symptom  string
	Messages []string

	// Diagnose has commands, or what else to look at, each with what one sees there.
	Diagnose [][2]string

	// Simulated says that it has no sockets of the kernel, so that it runs in virtual time too.
	Simulated bool

	// Broken and Fixed play the scenario. Laptop plays the broken one where nobody notices: over
	// loopback, with a peer that reads, on a quiet day. It is nil where the mistake shows at
	// once. Where the system does not let it, the error is an *experiment.Unavailable.
	Laptop, Broken, Fixed func(ctx context.Context) (Outcome, error)
}

// An Outcome is what a scenario has come to: the mistake has shown itself in exactly the stated
// way (Fell), or all went as it should.
type Outcome struct {
	Rows []experiment.Row
	Fell bool
}

// Add appends a row.
func (o *Outcome) Add(setting string, seen any) {
	o.Rows = append(o.Rows, experiment.Row{Setting: setting, Seen: seen})
}

// Decide ends a scenario with what has been seen: that it fell, or that it held. The error is that
// it was neither, so this run has shown nothing.
func (o *Outcome) Decide(fell, held bool) error {
	o.Fell = fell
	if fell == held {
		return fmt.Errorf("neither the mistake nor its cure has shown itself: %v", o.Rows)
	}
	return nil
}

// Experiment is the pitfall as the other lessons have theirs, with two sides.
func (p Pitfall) Experiment() experiment.Experiment {
	return experiment.Experiment{
		Name: p.Name, Subjects: p.Subjects, About: p.Title, Simulated: p.Simulated,
		Do: func(ctx context.Context, r *experiment.Report) error {
			r.Shown, r.Says = true, p.Symptom
			for _, side := range p.Sides() {
				outcome, err := side.Play(ctx)
				if err != nil {
					return err
				}
				for _, row := range outcome.Rows {
					r.Add(side.Name+": "+row.Setting, row.Seen)
				}
				r.Shown = r.Shown && outcome.Fell == side.Falls
			}
			return nil
		},
	}
}

// A Side is one of those with which a pitfall is played, and whether it is to fall.
type Side struct {
	Name  string
	Falls bool
	Play  func(ctx context.Context) (Outcome, error)
}

// Sides are those that the pitfall has, in the order in which they are played.
func (p Pitfall) Sides() (all []Side) {
	if p.Laptop != nil {
		all = append(all, Side{"on your laptop", false, p.Laptop})
	}
	return append(all, Side{"broken", true, p.Broken}, Side{"fixed", false, p.Fixed})
}
