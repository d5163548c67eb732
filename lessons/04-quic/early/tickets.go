// Package early asks before the handshake is over (0-RTT, RFC 9001, section 4.6). A client
// needs a ticket for that, which outlives its process here, and a server has to know that what
// comes early may be a replay.
//
// Read it in this order: ask.go, tickets.go (the client), once.go, keys.go (the server). Package
// purse is a server and a client that use them.
package early

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
)

// Tickets keeps the last session ticket of a server in a file. It is a tls.ClientSessionCache
// for the connections to one address. Who can read the file can read what is sent early, and
// who can write it can pass for the server: with a ticket no certificate is sent.
type Tickets struct {
	folder  string
	address string
	kept    chan error
}

// OpenTickets keeps tickets in a folder that is nobody else's. crypto/tls knows a session by
// the server's name only, and servers on several ports of localhost have one name: so the file
// is for a name and an address, HOST:PORT as a person writes it.
func OpenTickets(folder, address string) (*Tickets, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("keep tickets: %w", err)
	}
	info, err := os.Stat(folder)
	if err == nil && !private(info) {
		err = fmt.Errorf("%s: others may read or change what is there", folder)
	}
	if err != nil {
		return nil, fmt.Errorf("keep tickets: %w", err)
	}
	return &Tickets{folder: folder, address: address, kept: make(chan error, 1)}, nil
}

func (t *Tickets) path(name string) string {
	return filepath.Join(t.folder, url.QueryEscape(name+" "+t.address)+".ticket")
}

// Get takes the ticket out of the file, since it serves once (RFC 8446, appendix C.4). What is
// damaged, or was not kept by us, is no ticket.
func (t *Tickets) Get(name string) (*tls.ClientSessionState, bool) {
	data, err := readPrivate(t.path(name))
	if err := errors.Join(err, os.Remove(t.path(name))); err != nil {
		return nil, false // there is none, or another process has just taken it
	}
	session, err := decode(data)
	return session, err == nil
}

// Put is called when a ticket arrives: about a round trip after the handshake.
func (t *Tickets) Put(name string, session *tls.ClientSessionState) {
	if session == nil { // what Get has returned is of no use
		os.Remove(t.path(name))
		return
	}
	data, err := encode(session)
	if err == nil {
		err = writePrivate(t.path(name), data)
	}
	select {
	case t.kept <- err:
	default: // nobody has waited for the one before
	}
}

// Wait waits until a ticket has been kept.
func (t *Tickets) Wait(ctx context.Context) error {
	select {
	case err := <-t.kept:
		if err != nil {
			return fmt.Errorf("keep a ticket: %w", err)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for a ticket: %w", context.Cause(ctx))
	}
}

// encode writes a ticket behind its length, then what has to be known to use it.
func encode(session *tls.ClientSessionState) ([]byte, error) {
	ticket, state, err := session.ResumptionState()
	if err != nil {
		return nil, err
	}
	secret, err := state.Bytes()
	if err != nil {
		return nil, err
	}
	data := binary.BigEndian.AppendUint16(nil, uint16(len(ticket))) // a length has two bytes in TLS, too
	return append(append(data, ticket...), secret...), nil
}

func decode(data []byte) (*tls.ClientSessionState, error) {
	if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
		return nil, io.ErrUnexpectedEOF
	}
	end := 2 + int(binary.BigEndian.Uint16(data))
	state, err := tls.ParseSessionState(data[end:])
	if err != nil {
		return nil, err
	}
	return tls.NewResumptionState(data[2:end], state)
}
