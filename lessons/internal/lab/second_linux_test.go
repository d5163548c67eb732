package lab_test

import (
	"fmt"
	"os/exec"
	"testing"

	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
)

// The threads of a link that has been closed are used again. A program that was started
// from one of them has that thread for its parent.
func TestAProgramOutlivesTheLinksBeforeItsOwn(t *testing.T) {
	stays := labtest.Open(t, lab.Way{}, lab.Way{})
	if _, err := exec.LookPath("nsenter"); err != nil {
		t.Skip("nsenter, of util-linux, is not here")
	}
	labtest.Open(t, lab.Way{}, lab.Way{}).Close()
	cmd := stays.Server.Command(t.Context(), "sh", "-c", "read line; exit 7")
	wait, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		labtest.Open(t, lab.Way{}, lab.Way{}).Close()
	}
	fmt.Fprintln(wait)
	wait.Close()
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 7 {
		t.Errorf("the program ended by %v", err)
	}
}
