//go:build linux

package accept

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"

	"golang.org/x/sys/unix"

	"onthewire/lessons/06-pitfalls/pitfall"
)

// variable is in the environment of a child, and says which side it is to play.
const variable = "ONTHEWIRE_EMFILE"

// descriptors is the limit of a child.
const descriptors = 64

func init() {
	side := os.Getenv(variable)
	if side == "" {
		return
	}
	s, err := play(side)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(s)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		unix.Exit(1)
	}
	unix.Exit(0) // not os.Exit, which waits for a second if the race detector is in
}

func play(side string) (seen, error) {
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: descriptors, Max: descriptors}); err != nil {
		return seen{}, os.NewSyscallError("setrlimit", err)
	}
	accept := emfile{}.broken
	if side == "fixed" {
		accept = emfile{}.fixed
	}
	return twoClients(side != "laptop", accept)
}

// inAChild plays a side in a child of this program, whose descriptors are its own.
func inAChild(ctx context.Context, side string) (o pitfall.Outcome, err error) {
	child := exec.CommandContext(ctx, "/proc/self/exe")
	child.Env = append(os.Environ(), variable+"="+side)
	child.Stderr = os.Stderr
	out, err := child.Output()
	if ctx.Err() != nil {
		return o, ctx.Err()
	}
	if err != nil {
		return o, fmt.Errorf("playing it in a child: %w", err)
	}
	var s seen
	if err := json.Unmarshal(out, &s); err != nil {
		return o, fmt.Errorf("reading what the child has seen: %w", err)
	}
	o.Add("the second client is served in the end", s.Served)
	o.Add("processor time, in 100 ms", s.Busy)
	o.Add("wakes in 100 ms, for one at the door", s.Wakes)
	return o, o.Decide(s.Served && s.Wakes > 20, s.Served && s.Wakes <= 2)
}
