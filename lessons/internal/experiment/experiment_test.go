package experiment_test

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/leak"
)

func TestBothEndsOfAPairCloseWithTheContext(t *testing.T) {
	leak.Check(t)
	ctx, cancel := context.WithCancel(t.Context())
	pair, err := experiment.Loopback(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer pair.Close()
	cancel()
	for _, end := range []*net.TCPConn{pair.Client, pair.Server} {
		for err = nil; !errors.Is(err, net.ErrClosed); { // the other end may close first
			_, err = end.Read(make([]byte, 1))
		}
	}
}

func TestAPairThatNobodyDialsLeavesNoListener(t *testing.T) {
	leak.Check(t)
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := errors.New("refused")
	_, err = experiment.Meet(t.Context(), listener, func(context.Context, string, string) (net.Conn, error) { return nil, refused })
	if !errors.Is(err, refused) {
		t.Errorf("the error is %v", err)
	}
	if _, err := listener.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener says %v", err)
	}
}

func TestAClosedConnectionLendsNoDescriptor(t *testing.T) {
	pair, err := experiment.Loopback(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pair.Close()
	err = experiment.Control(pair.Client, func(int) error { t.Error("it was lent"); return nil })
	if !errors.Is(err, net.ErrClosed) {
		t.Errorf("the error is %v", err)
	}
}

func TestAnErrorOfTheKernelIsNamedAsInErrno(t *testing.T) {
	first, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	_, err = net.Listen("tcp4", first.Addr().String())
	if got := experiment.ErrnoName(err); got != "EADDRINUSE" {
		t.Errorf("%v is named %q", err, got)
	}
	if got := experiment.ErrnoName(os.ErrDeadlineExceeded); got != "i/o timeout" {
		t.Errorf("an error of Go's own is named %q", got)
	}
}

func TestWhatFailsOnceTheContextIsOverIsCalledOff(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	e := experiment.Experiment{Do: func(context.Context, *experiment.Report) error {
		cancel()
		return net.ErrClosed
	}}
	if _, err := e.Run(ctx, nil); err != context.Canceled {
		t.Errorf("the error is %v", err)
	}
}

func TestProgressIsHeardWhileItRuns(t *testing.T) {
	heard := ""
	e := experiment.Experiment{Do: func(_ context.Context, r *experiment.Report) error {
		r.Progress("round %d of %d", 1, 2)
		return nil
	}}
	for _, progress := range []func(string){nil, func(text string) { heard = text }} {
		if _, err := e.Run(t.Context(), progress); err != nil {
			t.Fatal(err)
		}
	}
	if heard != "round 1 of 2" {
		t.Errorf("heard %q", heard)
	}
}
