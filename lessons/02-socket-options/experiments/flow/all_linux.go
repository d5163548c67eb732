// Package flow has experiments with socket options: those about how bytes flow.
package flow

import (
	"context"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
)

// connect opens a connection over a link.
func connect(ctx context.Context, link *lab.Link) (*experiment.Pair, error) {
	listener, err := link.Server.Listen("tcp4", "server:0")
	if err != nil {
		return nil, err
	}
	return experiment.Meet(ctx, listener, link.Client.DialContext)
}
