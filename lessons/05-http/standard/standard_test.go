package standard_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"

	"onthewire/lessons/05-http/standard"
	"onthewire/lessons/internal/leak"
	"onthewire/lessons/internal/twelve"
)

func TestWhatIsInFlightIsAnsweredAfterTheStop(t *testing.T) {
	leak.Check(t)
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		stop()
		for refused := false; !refused; { // so it has noticed
			conn, err := net.Dial("tcp4", listener.Addr().String())
			if refused = err != nil; !refused {
				conn.Close()
			}
		}
		io.WriteString(w, twelve.Bytes)
	})}
	ended := make(chan error, 1)
	go func() { ended <- standard.Serve(ctx, server, listener) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get("http://" + listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, err := io.ReadAll(answer.Body); string(text) != twelve.Bytes || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAListenerThatFailsEndsTheServer(t *testing.T) {
	leak.Check(t)
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	if err := standard.Serve(t.Context(), new(http.Server), listener); !errors.Is(err, net.ErrClosed) {
		t.Errorf("%v", err)
	}
}

func TestAServerThatIsStoppedBeforeItBeginsClosesItsListener(t *testing.T) {
	leak.Check(t)
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := standard.Serve(ctx, new(http.Server), listener); err != nil {
		t.Error(err)
	}
	if _, err := listener.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener says %v", err)
	}
}
