package tickets

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"sync/atomic"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/early"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/04-quic/purse"
	"onthewire/lessons/internal/experiment"
)

// Renewed gives a server another certificate while it runs.
var Renewed = experiment.Experiment{
	Name:      "renewed",
	Subjects:  []string{"GetCertificate", "session tickets"},
	About:     "A server gets another certificate while it runs",
	Simulated: true,
	Do:        renewed,
}

func renewed(ctx context.Context, r *experiment.Report) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return inside(network.Simulate(time.Millisecond), func(w *world) error {
		second, err := w.roots.Certificate()
		if err != nil {
			return err
		}
		var current atomic.Pointer[tls.Certificate]
		current.Store(&w.certificate)
		config := purse.ServerTLS(w.certificate)
		config.Certificates = nil
		config.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return current.Load(), nil }
		return w.serve(careful(), config, func(at net.Addr) error {
			tickets, err := early.OpenTickets(w.folder, at.String())
			if err != nil {
				return err
			}
			var seen [3]string
			see := func(i int) func(*quic.Conn) error {
				return func(conn *quic.Conn) error {
					state := conn.ConnectionState().TLS
					seen[i] = "the first certificate"
					if bytes.Equal(state.PeerCertificates[0].Raw, second.Certificate[0]) {
						seen[i] = "the second certificate"
					}
					if state.DidResume {
						seen[i] += ", from its file"
					}
					if i == 0 {
						return tickets.Wait(ctx)
					}
					return nil
				}
			}
			if err := w.dial(ctx, at, tickets, see(0)); err != nil {
				return err
			}
			current.Store(&second)
			if err := w.dial(ctx, at, nil, see(1)); err != nil {
				return err
			}
			if err := w.dial(ctx, at, tickets, see(2)); err != nil {
				return err
			}
			r.Add("before, a client sees", seen[0])
			r.Add("after, a new client sees", seen[1])
			r.Add("after, the one with a ticket sees", seen[2])
			r.Shown = seen == [3]string{"the first certificate", "the second certificate", "the first certificate, from its file"}
			r.Says = "A new handshake has the new certificate, and nobody was interrupted. Who resumes is sent none, so it knows the one that it was shown first."
			return nil
		})
	})
}
