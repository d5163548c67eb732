package secure

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"onthewire/lessons/05-http/experiments/network"
	"onthewire/lessons/internal/experiment"
)

// HandshakeBlocks lets somebody connect and say nothing, and a second client come after that.
var HandshakeBlocks = experiment.Experiment{
	Name:      "handshake-blocks",
	Subjects:  []string{"TLS", "Handshake", "Accept", "tls.Listener"},
	About:     "A client that says nothing, and another one behind it: when that one is served",
	Simulated: true,
	Do:        handshakeBlocks,
}

// silence is how long a server waits for a handshake.
const silence = 500 * time.Millisecond

func handshakeBlocks(ctx context.Context, r *experiment.Report) error {
	server, client, err := trusting()
	if err != nil {
		return err
	}
	inLoop, err := secondClient(ctx, server, client, true)
	if err != nil {
		return err
	}
	inGoroutine, err := secondClient(ctx, server, client, false)
	if err != nil {
		return err
	}
	r.Add("handshake in the accept loop", inLoop.Round(time.Millisecond))
	r.Add("handshake in the client's goroutine", inGoroutine.Round(time.Millisecond))
	r.Shown = inLoop >= silence && inGoroutine < silence
	r.Says = "Accept of a tls.Listener has shaken no hands yet: the first Read or Write does. Where the accept loop does it, everybody waits for whoever says nothing."
	return nil
}

// secondClient returns how long a client waits for its greeting while another one is silent.
func secondClient(ctx context.Context, server, client *tls.Config, inLoop bool) (time.Duration, error) {
	n := network.New(time.Millisecond)
	listener := tls.NewListener(n.Listen("server:443"), server)
	var serving sync.WaitGroup
	defer serving.Wait()
	defer listener.Close()
	serving.Go(func() { serve(listener, inLoop, &serving) })

	silent, err := n.DialContext(ctx, "tcp", "server:443")
	if err != nil {
		return 0, err
	}
	defer silent.Close()
	begun := time.Now()
	raw, err := n.DialContext(ctx, "tcp", "server:443")
	if err != nil {
		return 0, err
	}
	defer raw.Close()
	defer context.AfterFunc(ctx, func() { raw.Close() })()
	greeting, err := io.ReadAll(tls.Client(raw, client))
	if err != nil || string(greeting) != "hello" {
		return 0, fmt.Errorf("read the greeting %q: %w", greeting, err)
	}
	return time.Since(begun), nil
}

// serve greets everybody who has shaken hands.
func serve(listener net.Listener, inLoop bool, serving *sync.WaitGroup) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		conn.SetDeadline(time.Now().Add(silence))
		if inLoop && conn.(*tls.Conn).Handshake() != nil {
			conn.Close()
			continue
		}
		serving.Go(func() {
			defer conn.Close()
			io.WriteString(conn, "hello") // it shakes hands before, if nobody has
		})
	}
}
