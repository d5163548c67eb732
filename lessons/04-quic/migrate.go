package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/migrate"
	"onthewire/lessons/internal/stage"
)

type migrateCommand struct{}

// feed takes some 0.4 s.
var feed = migrate.Feed{Blocks: 200, Every: 2 * time.Millisecond}

// Run has a client change its address in the middle of a feed, in three ways.
func (migrateCommand) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	s := stage.New(os.Stdout)
	s.Blank()
	for _, way := range []func(context.Context, *stage.Stage) error{moves, isMoved, beginsAgain} {
		if err := way(ctx, s); errors.Is(ctx.Err(), context.Canceled) {
			return ctx.Err() // what failed then is only an echo of that
		} else if err != nil {
			return err
		}
	}
	return nil
}

// moves is QUIC with a client that knows of its second address.
func moves(ctx context.Context, s *stage.Stage) error {
	server, first, second, err := sockets()
	if err != nil {
		return err
	}
	defer second.Close()
	to := &quic.Transport{Conn: second}
	defer to.Close()
	pair, err := migrate.Meet(ctx, first, server, server.LocalAddr(), 0)
	if err != nil {
		return err
	}
	defer pair.Close()
	id := pair.ClientWatch.ConnectionID()
	got, seen, err := pair.Feed(ctx, feed, func() error { return migrate.Move(ctx, pair.Client, to) })
	if err != nil {
		return err
	}
	s.Line("  QUIC, a client that moves to another address")
	came(s, got, seen)
	s.Row("connection ID of its packets", changed(id, pair.ClientWatch.ConnectionID()))
	return nil
}

// isMoved is QUIC with a client whose NAT forgets it. It knows of nothing.
func isMoved(ctx context.Context, s *stage.Stage) error {
	server, client, inside, err := sockets()
	if err != nil {
		return err
	}
	nat := migrate.NewNAT(inside, server.LocalAddr(), func() (net.PacketConn, error) { return net.ListenPacket("udp4", "127.0.0.1:0") })
	carried := make(chan error, 1)
	go func() { carried <- nat.Run() }()
	defer nat.Close()
	// The server hears of the new port when the client says something, so let that not be never.
	pair, err := migrate.Meet(ctx, client, server, inside.LocalAddr(), 50*time.Millisecond)
	if err != nil {
		return err
	}
	defer pair.Close()
	id := pair.ClientWatch.ConnectionID()
	got, seen, err := pair.Feed(ctx, feed, func() error { nat.Forget(); return nil })
	if err != nil {
		return err
	}
	s.Line("  QUIC, a client whose NAT forgets its port")
	came(s, got, seen)
	s.Row("connection ID of its packets", changed(id, pair.ClientWatch.ConnectionID()))
	challenges, _ := pair.ServerWatch.Paths()
	s.Row("PATH_CHALLENGE by the server", fmt.Sprint(challenges))
	s.Row("datagrams that came to the old port", fmt.Sprint(nat.Missed()))
	return nil
}

// beginsAgain is what is left to do over TCP.
func beginsAgain(ctx context.Context, s *stage.Stage) error {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer listener.Close()
	again, err := feed.BeginAgain(ctx, listener, &net.TCPAddr{IP: here}, &net.TCPAddr{IP: elsewhere()})
	if err != nil {
		return err
	}
	s.Line("  TCP, a client at another address")
	s.Row("the server saw two connections", strings.Join(again.Seen, ", "))
	s.Row("bytes that were sent a second time", stage.Number(again.Twice))
	s.Row("wait for a byte that was new", stage.Time(again.Pause))
	s.Blank()
	return nil
}

func came(s *stage.Stage, got migrate.Received, seen []string) {
	s.Row("the server saw one connection", strings.Join(seen, ", "))
	s.Row("bytes of the stream that are missing", stage.Number(feed.Blocks*len(migrate.Block)-got.Bytes))
	s.Row("longest wait before, and after", stage.Time(got.Before)+", "+stage.Time(got.Across))
}

func changed(before, after string) string {
	if before == after {
		return "the same as before"
	}
	return "a new one"
}

var here = net.IPv4(127, 0, 0, 1)

// elsewhere is a second address of this machine, where lo has more than one (Linux), or else the
// same: then only the port changes.
func elsewhere() net.IP {
	second := net.IPv4(127, 0, 0, 2)
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: second})
	if err != nil {
		return here
	}
	conn.Close()
	return second
}

// sockets are one of the server's and two of the client's.
func sockets() (server, first, second net.PacketConn, err error) {
	var all [3]net.PacketConn
	for i, ip := range []net.IP{here, here, elsewhere()} {
		if all[i], err = net.ListenUDP("udp4", &net.UDPAddr{IP: ip}); err != nil {
			for _, open := range all[:i] {
				open.Close()
			}
			return nil, nil, nil, err
		}
	}
	return all[0], all[1], all[2], nil
}
