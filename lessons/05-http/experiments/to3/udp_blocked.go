package to3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/05-http/fetch"
	"onthewire/lessons/05-http/origin"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/network"
)

// UDPBlocked waits for quic-go to give up.
var UDPBlocked = experiment.Experiment{
	Name:      "udp-blocked",
	Subjects:  []string{"HandshakeIdleTimeout", "probe timeout, RFC 9002"},
	About:     "HTTP/3 and nothing else, where UDP is blocked; takes five seconds",
	Simulated: true,
	Do:        udpBlocked,
}

func udpBlocked(ctx context.Context, r *experiment.Report) (err error) {
	n := network.Simulate(roundTrip / 2)
	defer n.Close()
	server, err := origin.Start(n, origin.Kind{}, http.HandlerFunc(hello))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	n.BlockUDP()
	var datagrams atomic.Int64
	n.Tap(func(p network.Packet) {
		if p.UDP {
			datagrams.Add(1)
		}
	})
	client := newClient(n, server)
	u := &url.URL{Scheme: "https", Host: network.Server, Path: "/"}
	answer, err := client.Get(ctx, u, fetch.HTTP2, io.Discard)
	if err != nil {
		return err
	}
	r.Add("HTTP/2 has its answer", answer.Phases.FirstByte)
	r.Progress("HTTP/3 gives up after five seconds")
	begun := time.Now()
	_, err = client.Get(ctx, u, fetch.HTTP3, io.Discard)
	gaveUp := time.Since(begun)
	silence, ok := errors.AsType[*quic.IdleTimeoutError](err)
	if !ok {
		return fmt.Errorf("HTTP/3 did not wait for its timeout: %w", err)
	}
	r.Add("HTTP/3 gives up", gaveUp)
	r.Add("  with", silence.Error())
	r.Add("  after so many datagrams", int(datagrams.Load()))
	r.Shown = gaveUp >= 5*time.Second
	r.Says = "Nobody says that UDP is blocked, so QUIC asks again, each time after twice as long, until its HandshakeIdleTimeout. That is five seconds in quic-go unless you set another."
	return nil
}
