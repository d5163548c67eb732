package lab

import (
	"os"
	"syscall"
)

// Status is the exit status of a program as a shell would tell it: 128 and the signal's
// number, where a signal ended it.
func Status(state *os.ProcessState) int {
	if how, ok := state.Sys().(syscall.WaitStatus); ok && how.Signaled() {
		return 128 + int(how.Signal())
	}
	return state.ExitCode()
}
