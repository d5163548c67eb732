package measure

import (
	"fmt"
	"os"
	"runtime"
)

// A Place gives the servers one CPU and this process, with all the clients, another. It also
// adds up what other programs took of the two while it mattered.
type Place struct {
	Server, Ours int // CPUs, or Anywhere
	others       [2]Others
}

// Looks are what the server and we had used at a moment, and their CPUs.
type Looks [2]Look

// NewPlace pins this process, and says what came of that.
func NewPlace() (*Place, []string) {
	cpus := CPUs()
	if len(cpus) == 0 {
		return &Place{Server: Anywhere, Ours: Anywhere}, []string{fmt.Sprintf(
			"On %s nothing is pinned to a CPU, and the CPU time and memory of a server stay unknown; Linux tells them.", runtime.GOOS)}
	}
	p := &Place{Server: cpus[0], Ours: cpus[min(1, len(cpus)-1)]}
	p.others = [2]Others{{CPU: p.Server}, {CPU: p.Ours}}
	if err := Pin(p.Ours); err != nil {
		return &Place{Server: Anywhere, Ours: Anywhere}, []string{fmt.Sprintf(
			"Nothing is pinned to a CPU (%v): servers and clients take time from each other, wherever they run.", err)}
	}
	if len(cpus) == 1 {
		return p, []string{"There is one CPU, and servers and clients share it: only what a server itself used tells servers apart."}
	}
	return p, []string{fmt.Sprintf("Each server runs on CPU %d, its clients on CPU %d.", p.Server, p.Ours)}
}

// Look looks at a server that was started here, and at us.
func (p *Place) Look(server int) Looks {
	return Looks{LookAt(server, p.Server), LookAt(os.Getpid(), p.Ours)}
}

// Add counts the time between two looks.
func (p *Place) Add(before, after Looks) {
	for i := range p.others {
		p.others[i].Add(before[i], after[i])
	}
}

// Noise is a sentence about CPUs that were too busy to measure on, or nothing.
func (p *Place) Noise() string { return Noise(p.others[:]...) }
