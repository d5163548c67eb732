package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/early"
	"onthewire/lessons/04-quic/files/client"
	"onthewire/lessons/04-quic/files/server"
	"onthewire/lessons/04-quic/files/wire"
	"onthewire/lessons/internal/cli"
)

// filesClient is what ls, get and put have in common.
type filesClient struct {
	filesSocket
	Addr    string        `default:"127.0.0.1:5001" help:"HOST:PORT of the server."`
	Name    string        `default:"localhost" help:"The name that the server's certificate has to be for."`
	CACert  string        `name:"cacert" placeholder:"PATH" help:"Whom to trust, as serve prints it. By default the authority in this user's cache folder."`
	Tickets string        `placeholder:"FOLDER" help:"Where to keep the ticket for the next visit. By default tickets/ in this user's cache folder."`
	Retry   time.Duration `default:"30s" help:"How long to try again without a byte that moves."`
	Verbose bool          `short:"v" help:"Say whether we asked before the handshake was over (0-RTT)."`
}

// Validate says what makes no sense; kong calls it.
func (f filesClient) Validate() error {
	if f.Retry < 0 {
		return fmt.Errorf("--retry %v: a time cannot be negative", f.Retry)
	}
	return nil
}

// A visit is a client, and what has to be closed behind it.
type visit struct {
	*client.Client
	settings *filesClient
	tickets  *early.Tickets
	conn     *quic.Conn // the last of its connections
	release  func()
}

// open makes a client. It connects when it is asked for something.
func (f *filesClient) open(ctx context.Context) (*visit, error) {
	roots, err := (sayCommand{CACert: f.CACert}).roots()
	if err != nil {
		return nil, err
	}
	to, err := net.ResolveUDPAddr("udp", f.Addr)
	if err != nil {
		return nil, cli.Advise(err, "an address is HOST:PORT, as in --addr 127.0.0.1:5001")
	}
	v := &visit{settings: f}
	if v.tickets, err = (sayCommand{Addr: f.Addr, Tickets: f.Tickets}).tickets(); err != nil {
		return nil, err
	}
	transport, release, err := f.transport(ctx, "")
	if err != nil {
		return nil, err
	}
	v.release = release
	tls := server.ClientTLS(roots, f.Name)
	tls.ClientSessionCache = v.tickets
	v.Client = &client.Client{
		Retry: f.Retry,
		Idle:  30 * time.Second,
		Dial: func(ctx context.Context) (*quic.Conn, error) {
			conn, err := transport.DialEarly(ctx, to, tls, &quic.Config{HandshakeIdleTimeout: 2 * time.Second, MaxIdleTimeout: 5 * time.Second, KeepAlivePeriod: time.Second})
			if err != nil {
				return nil, fmt.Errorf("connect to %s: %w", f.Addr, cmp.Or(ctx.Err(), err))
			}
			v.conn = conn
			return conn, nil
		},
		Say: func(format string, args ...any) {
			cli.ProgressDone()
			fmt.Fprintf(os.Stderr, format+"\n", args...)
		},
	}
	return v, nil
}

// Close waits for the ticket of the next visit first, since closing would lose it.
func (v *visit) Close() error {
	defer v.release()
	if v.conn == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(v.conn.Context(), time.Second) // not every server gives one
	defer cancel()
	err := v.tickets.Wait(ctx)
	if ctx.Err() != nil {
		err = nil
	}
	if v.settings.Verbose && v.conn.Context().Err() == nil {
		how := "the handshake came first"
		if v.conn.ConnectionState().Used0RTT {
			how = "0-RTT: accepted"
		}
		fmt.Fprintln(os.Stderr, how)
	}
	return errors.Join(err, v.Client.Close())
}

// command is what was typed, for a person to type again.
func command() string {
	var words []string
	for _, word := range os.Args {
		words = append(words, quoted(word))
	}
	return strings.Join(words, " ")
}

// quoted is a word as a shell reads it (sh(1), single quotes).
func quoted(word string) string {
	plain := func(r rune) bool {
		return r > '~' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-+=:,./@%^", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// advise adds to an error what a person would try next.
func (v *visit) advise(err error) error {
	if refusal, ok := errors.AsType[*wire.Refusal](err); ok {
		if refusal.Kind == wire.NotFound {
			return cli.Advise(err, "bin/lesson4 files ls tells what is there")
		}
		return err
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return cli.Advise(err, "somebody else has signed its certificate, try the --cacert PATH that serve prints")
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return cli.Advise(err, "try --name localhost")
	}
	const noProtocol = 0x100 + 120 // TLS's alert no_application_protocol in QUIC (RFC 9001, 4.8)
	if transport, ok := errors.AsType[*quic.TransportError](err); ok && transport.ErrorCode == noProtocol {
		return cli.Advise(err, "that server has no files, bin/lesson4 files serve starts one that has")
	}
	if v.Have.Load() > 0 {
		return cli.Advise(err, "go on with "+command())
	}
	if _, ok := errors.AsType[*quic.IdleTimeoutError](err); ok {
		return cli.Advise(err, fmt.Sprintf("nobody answers at %s, start bin/lesson4 files serve first", v.settings.Addr))
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return cli.Advise(err, "an address is HOST:PORT, as in --addr 127.0.0.1:5001")
	}
	return err
}
