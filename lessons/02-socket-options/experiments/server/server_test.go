//go:build linux

package server

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/leak"
)

func TestMain(m *testing.M) { labtest.Main(m) }

func TestAnOptionThatTheKernelRefusesLeavesNoListener(t *testing.T) {
	leak.Check(t)
	_, err := listen(t.Context(), "tcp4", "127.0.0.1:0", option{"SO_NONE", unix.SOL_SOCKET, 9999, 1})
	if !errors.Is(err, unix.ENOPROTOOPT) || !strings.Contains(err.Error(), "setsockopt SO_NONE") {
		t.Errorf("listen returned %v", err)
	}
}

func TestASilentClientOfADeferredListenerIsNotForgotten(t *testing.T) {
	leak.Check(t)
	q, err := queue(t.Context(), option{"TCP_DEFER_ACCEPT", unix.IPPROTO_TCP, unix.TCP_DEFER_ACCEPT, 1})
	if err != nil {
		t.Fatal(err)
	}
	if q.silent == 0 {
		t.Error("the silent client was never accepted")
	}
}
