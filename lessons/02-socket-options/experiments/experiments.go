// Package experiments has what every experiment has. The experiments themselves are in the
// folders below, a file each.
package experiments

import "context"

// An Experiment sets an option and shows, from outside the socket, what that changes.
type Experiment struct {
	Name    string   // what a person types
	Options []string // which options it shows, by their names in C
	About   string   // what there is to see, in a line

	Do func(ctx context.Context) (Report, error)
}

// Run does it, in a second or two. Where the system does not let it, the error is a *Missing
// or a *lab.Unavailable. If ctx has ended meanwhile, it is ctx.Err(): what failed on a socket
// that was closed under it is only an echo of that.
func (e Experiment) Run(ctx context.Context) (Report, error) {
	report, err := e.Do(ctx)
	if ctx.Err() != nil {
		return report, ctx.Err()
	}
	return report, err
}

// A Report is what one run has seen.
type Report struct {
	Rows []Row

	// Shown tells whether the rows stand in the relation that the experiment is about, and
	// Says puts that relation into a sentence.
	Shown bool
	Says  string
}

// A Row is one setting and what was seen with it: a time.Duration, an int, a bool, an error
// or a string.
type Row struct {
	Setting string
	Seen    any
}

// Add appends a row.
func (r *Report) Add(setting string, seen any) { r.Rows = append(r.Rows, Row{setting, seen}) }

// A Missing error says what the system would have to allow.
type Missing struct {
	What   string // "a raw socket: operation not permitted"
	Remedy string // "run it as root, or give it CAP_NET_RAW"
}

func (m *Missing) Error() string { return m.What }

// Advice is what a person would try next.
func (m *Missing) Advice() string { return m.Remedy }
