package blocking

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"onthewire/lessons/04-quic/network"
)

// overTCP are TLS connections, whose packets are as secret as those of QUIC. The downloads are
// spread over them evenly.
type overTCP struct {
	listener net.Listener
	serving  sync.WaitGroup
	conns    []net.Conn
}

func openTCP(connections int) func(context.Context, *network.Network) (connection, error) {
	return func(ctx context.Context, n *network.Network) (connection, error) {
		keys, err := newKeys()
		if err != nil {
			return nil, err
		}
		listener, err := n.Link.Server.Listen("tcp4", "server:0")
		if err != nil {
			return nil, err
		}
		config := keys.server()
		config.DynamicRecordSizingDisabled = true // a frame is one record, and so one packet
		t := &overTCP{listener: tls.NewListener(listener, config)}
		t.serving.Go(t.serve)
		t.conns = make([]net.Conn, connections)
		err = together(connections, func(i int) error {
			conn, err := n.Link.Client.DialContext(ctx, "tcp4", listener.Addr().String())
			if err != nil {
				return err
			}
			client := tls.Client(conn, keys.client())
			t.conns[i] = client
			return client.HandshakeContext(ctx)
		})
		if err != nil {
			return nil, errors.Join(err, t.Close())
		}
		return t, nil
	}
}

func (t *overTCP) serve() {
	for {
		conn, err := t.listener.Accept()
		if err != nil {
			return // Close
		}
		t.serving.Go(func() {
			defer conn.Close()
			for answer(conn) == nil {
			}
		})
	}
}

// answer reads how many downloads are wanted, and of how many bytes, and sends them.
func answer(conn io.ReadWriter) error {
	var wanted struct {
		Downloads uint16
		Size      uint32
	}
	if err := binary.Read(conn, binary.BigEndian, &wanted); err != nil {
		return err
	}
	downloads := make([][]byte, wanted.Downloads)
	for number := range downloads {
		downloads[number] = make([]byte, min(wanted.Size, WarmUp))
	}
	return Send(conn, downloads)
}

func (t *overTCP) fetch(ctx context.Context, downloads []io.WriteCloser, size int) error {
	each := len(downloads) / len(t.conns)
	return together(len(t.conns), func(i int) error {
		defer context.AfterFunc(ctx, func() { t.conns[i].SetDeadline(time.Now()) })()
		ask := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint16(nil, uint16(each)), uint32(size))
		if _, err := t.conns[i].Write(ask); err != nil {
			return fmt.Errorf("ask for downloads: %w", err)
		}
		return Receive(t.conns[i], downloads[i*each:(i+1)*each], size)
	})
}

func (t *overTCP) Close() error {
	err := t.listener.Close()
	for _, conn := range t.conns {
		if conn != nil {
			conn.Close()
		}
	}
	t.serving.Wait()
	return err
}

// together does several things at once, and waits for all.
func together(n int, do func(i int) error) error {
	var all sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		all.Go(func() { errs[i] = do(i) })
	}
	all.Wait()
	return errors.Join(errs...)
}
