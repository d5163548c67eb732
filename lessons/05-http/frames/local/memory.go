package local

import (
	"context"
	"net"
	"net/http"

	"onthewire/lessons/05-http/everywhere"
	"onthewire/lessons/05-http/pipe"
	"onthewire/lessons/internal/devcert"
)

// A Memory is that server on connections in memory, which hold not a byte: what one side
// writes waits until the other reads it. It speaks in the clear.
type Memory struct {
	HTTP *http.Server

	listener *pipe.Listener
}

// StartMemory lets it serve. Close ends it.
func StartMemory(handler http.Handler) (*Memory, error) {
	authority, err := devcert.New()
	if err != nil {
		return nil, err
	}
	certificate, err := authority.Certificate()
	if err != nil {
		return nil, err
	}
	m := &Memory{HTTP: everywhere.New(handler, certificate).TCP, listener: pipe.Listen()}
	go m.HTTP.Serve(m.listener) // it ends with Close, and says so
	return m, nil
}

// Connect is what a client dials.
func (m *Memory) Connect(ctx context.Context) (net.Conn, error) {
	return m.listener.DialContext(ctx, "", "")
}

// Close cuts everybody off.
func (m *Memory) Close() error {
	m.listener.Close() // also where Serve has not begun yet
	return m.HTTP.Close()
}
