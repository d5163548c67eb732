package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
)

// Its grandchild holds the other end of our pipe: the end of the file is the end of all.
func TestKillingTheLabEndsAllThatItHasStarted(t *testing.T) {
	labtest.Open(t, lab.Way{}, lab.Way{}).Close() // or skip
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	path, err := exec.LookPath("lab") // testscript.Main has put it there
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--", "sh", "-c", "(echo here; sleep 1000; true) & wait")
	cmd.Stdout = in
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	reader := bufio.NewReader(out)
	if line, err := reader.ReadString('\n'); line != "here\n" {
		t.Fatalf("it said %q, %v", line, err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	out.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.ReadAll(reader); err != nil {
		t.Errorf("something that it had started lives on: %v", err)
	}
}
