package gateway

import (
	"context"
	"crypto/tls"

	"onthewire/lessons/05-http/everywhere"
)

// Server serves the gateway by HTTP/1.1, HTTP/2 and HTTP/3. It takes nothing before the handshake
// of QUIC is over: that could be a replay, and we do not know what an origin does twice.
func (g *Gateway) Server(certificate tls.Certificate) *everywhere.Server {
	server := everywhere.New(g, certificate)
	server.UDP.QUICConfig.Allow0RTT = false
	return server
}

// Serve serves until ctx ends, and gives what is in flight then the server's drain time. That
// goes for who has upgraded as well, and then they are cut off.
func (g *Gateway) Serve(ctx context.Context, server *everywhere.Server, on everywhere.Listeners) error {
	defer g.cut()
	return server.Serve(ctx, on)
}
