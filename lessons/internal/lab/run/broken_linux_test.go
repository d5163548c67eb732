package main

import (
	"context"
	"os"
	"syscall"
	"testing"
	"time"

	"onthewire/lessons/internal/errno"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/servertest"
)

func TestTheDemoAndTheCommandEndWhenTheirServerBreaks(t *testing.T) {
	link := labtest.Open(t, lab.Way{}, lab.Way{})
	within, fail := context.WithCancelCause(t.Context())
	end, err := serve(t.Context(), link.Server, fail)
	if err != nil {
		t.Fatal(err)
	}
	servertest.BreakListeners(t, os.Getpid())
	select {
	case <-within.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("nobody is told")
	}
	if err := show(within, link); err == nil {
		t.Error("the demo goes on without a server")
	}
	cmd := program(within, link.Client, nil, "sleep", "1000")
	if err := cmd.Run(); err == nil {
		t.Error("the command goes on without a server")
	}
	if err := end(); !errno.Is(err, syscall.EINVAL) {
		t.Errorf("the server ended: %v, want EINVAL from accept", err)
	}
}
