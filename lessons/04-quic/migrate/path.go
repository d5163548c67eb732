package migrate

import (
	"context"
	"fmt"

	"github.com/quic-go/quic-go"
)

// Move takes a client's connection to another socket, while it is in use. The old socket has
// to stay open: what the server has sent there is still to come.
func Move(ctx context.Context, conn *quic.Conn, to *quic.Transport) error {
	path, err := conn.AddPath(to)
	if err != nil {
		return fmt.Errorf("add a path: %w", err)
	}
	if err := path.Probe(ctx); err != nil { // a PATH_CHALLENGE there, its PATH_RESPONSE back
		return fmt.Errorf("probe a path: %w", err)
	}
	if err := path.Switch(); err != nil {
		return fmt.Errorf("switch to a path: %w", err)
	}
	return nil
}
