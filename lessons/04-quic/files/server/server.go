// Package server serves a folder of files, each on a stream of its own.
//
// Read it in this order: server.go (connections and streams), get.go, put.go.
package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/files/store"
	"onthewire/lessons/04-quic/files/wire"
)

// A Server serves a folder.
type Server struct {
	Folder   *store.Folder
	ReadOnly bool

	// Idle is how long a stream may be without a byte that moves; then it is reset, and its
	// client may come again.
	Idle time.Duration

	// Drain is how long a server that has been stopped lets the files finish that it is about.
	Drain time.Duration
}

// A Listener hands out connections, before their handshake is over (*quic.EarlyListener).
type Listener interface {
	Accept(context.Context) (*quic.Conn, error)
}

// Config allows a thousand streams of a client at a time. Small files cost a round trip for
// each time that their client has to wait for a stream.
func Config() *quic.Config {
	return &quic.Config{MaxIncomingStreams: 1000, MaxIncomingUniStreams: -1, Allow0RTT: true}
}

// Protocol is its name in the handshake (ALPN).
const Protocol = "wire-files/1"

// ServerTLS and ClientTLS are what the handshake needs on either side.
func ServerTLS(certificate tls.Certificate) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{Protocol}}
}

func ClientTLS(roots *x509.CertPool, name string) *tls.Config {
	return &tls.Config{RootCAs: roots, ServerName: name, NextProtos: []string{Protocol}}
}

// Codes with which a stream or a connection ends in the middle.
const (
	CodeDone    quic.ApplicationErrorCode = 0
	CodeStopped quic.ApplicationErrorCode = 1

	CodeGaveUp  quic.StreamErrorCode = 1 // no byte moved, or the file could not be read on
	CodeChanged quic.StreamErrorCode = 2 // the file is no longer what it was when it was begun
)

// Serve serves every client until ctx ends, then what has been asked for.
func (s *Server) Serve(ctx context.Context, listener Listener) error {
	var clients sync.WaitGroup
	defer clients.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for {
		conn, err := listener.Accept(ctx)
		if ctx.Err() != nil {
			return nil
		} else if err != nil {
			return fmt.Errorf("accept: %w", err)
		}
		clients.Go(func() { s.converse(ctx, conn) })
	}
}

// converse gives each stream of a client a goroutine of its own.
func (s *Server) converse(ctx context.Context, conn *quic.Conn) {
	var streams sync.WaitGroup
	for {
		stream, err := conn.AcceptStream(ctx)
		if err != nil {
			break // ctx has ended, or the connection
		}
		streams.Go(func() { s.answer(conn, stream) })
	}
	late := time.AfterFunc(s.Drain, func() { conn.CloseWithError(CodeStopped, "the server stops") })
	defer late.Stop()
	streams.Wait()
	conn.CloseWithError(CodeStopped, "the server stops")
}

func (s *Server) answer(conn *quic.Conn, stream *quic.Stream) {
	defer stream.Close()
	defer stream.CancelRead(CodeGaveUp)
	t := &timed{stream, s.Idle}
	h, err := wire.Read(t)
	if err != nil {
		refuse(t, wire.Failed, err)
		return
	}
	switch h.Kind {
	case wire.List:
		err = s.list(t, h)
	case wire.Get:
		err = s.get(t, h)
	case wire.Put:
		// What comes before the handshake is over may be a replay of what somebody has recorded.
		// A replay never gets this far.
		select {
		case <-conn.HandshakeComplete():
		case <-conn.Context().Done():
			return
		}
		err = s.put(t, h)
	default:
		refuse(t, wire.Failed, fmt.Errorf("a client does not say kind %d", h.Kind))
	}
	if err != nil {
		stream.CancelWrite(code(err))
	}
}

// A timed stream gives up when no byte moves for a while.
type timed struct {
	*quic.Stream
	idle time.Duration
}

func (t *timed) Read(b []byte) (int, error) {
	t.SetReadDeadline(time.Now().Add(t.idle))
	return t.Stream.Read(b)
}

func (t *timed) Write(b []byte) (int, error) {
	t.SetWriteDeadline(time.Now().Add(t.idle))
	return t.Stream.Write(b)
}

func code(err error) quic.StreamErrorCode {
	if errors.Is(err, wire.ErrChanged) {
		return CodeChanged
	}
	return CodeGaveUp
}

// refuse says no, and why.
func refuse(t *timed, kind wire.Kind, why error) error {
	text := why.Error()
	return wire.Write(t, wire.Header{Kind: kind, Name: text[:min(len(text), wire.MaxName)]})
}

// kind is how an error of the folder is told.
func kind(err error) wire.Kind {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return wire.NotFound
	case errors.Is(err, store.ErrBusy):
		return wire.Busy
	case errors.Is(err, store.ErrDamaged):
		return wire.Damaged
	case store.IsFull(err):
		return wire.Full
	case errors.Is(err, fs.ErrPermission):
		return wire.Refused
	}
	return wire.Failed
}
