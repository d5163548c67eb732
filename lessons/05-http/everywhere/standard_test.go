package everywhere

import (
	"cmp"
	"context"
	"net"
	"testing"

	"onthewire/lessons/05-http/pipe"
	"onthewire/lessons/05-http/site"
	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/servertest"
)

// What servertest's clients do, they do by HTTP/1.1 in the clear.
func TestTheServerStandsWhatClientsDo(t *testing.T) {
	servertest.Run(t, servertest.Server{
		Open: func(ctx context.Context, set servertest.Settings) (string, func(context.Context) error, error) {
			authority, err := devcert.New()
			if err != nil {
				return "", nil, err
			}
			certificate, err := authority.Certificate()
			if err != nil {
				return "", nil, err
			}
			on := Listeners{TLS: pipe.Listen()} // the suite looks for a process's listener, so it has one
			if on.QUIC, err = net.ListenPacket("udp4", "127.0.0.1:0"); err != nil {
				return "", nil, err
			}
			if on.Clear, err = net.Listen("tcp4", "127.0.0.1:0"); err != nil {
				on.Close()
				return "", nil, err
			}
			server := New(new(site.Site).Handler(), certificate)
			server.Drain = cmp.Or(set.Drain, Drain)
			return on.Clear.Addr().String(), func(ctx context.Context) error { return server.Serve(ctx, on) }, nil
		},
		Talk: servertest.Get("/bytes?n=65536", 65536),
	})
}
