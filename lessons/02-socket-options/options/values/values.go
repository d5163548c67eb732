// Package values reads the options of the table on this machine: as the kernel has them, and
// as package net has already set them.
package values

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"onthewire/lessons/02-socket-options/options"
	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/02-socket-options/socket/sys"
)

// A Value is what an option is set to, on a socket that nobody has touched and on the same
// kind of socket from package net. Where it cannot be read, the error says why.
type Value struct {
	Level, Number int // the constants; 0, 0 where this system has none
	Kernel, Go    string
	Err           error
}

// errWriteOnly is the error of an option without a value that could be read.
var errWriteOnly = errors.New("it can only be set")

// Read reads every option of the table.
func Read() ([]Value, error) {
	pairs := map[options.Kind]*pair{}
	defer func() {
		for _, p := range pairs {
			p.close()
		}
	}()
	values := make([]Value, len(options.Table))
	for i, option := range options.Table {
		v := &values[i]
		if v.Level, v.Number, v.Err = options.Here(option.Name); v.Err != nil {
			continue
		}
		p, ok := pairs[option.On]
		if !ok {
			var err error
			if p, err = open(option.On); err != nil {
				return nil, err
			}
			pairs[option.On] = p
		}
		if v.Err = p.err; v.Err != nil {
			continue
		}
		if v.Kernel, v.Err = read(p.kernel, option, v.Level, v.Number); v.Err == nil {
			v.Go, v.Err = read(p.golang, option, v.Level, v.Number)
		}
	}
	return values, nil
}

// A pair is one kind of socket twice: as the kernel makes it, and as package net does.
type pair struct {
	kernel, golang *socket.Socket
	err            error // this machine has no such sockets
	more           []interface{ Close() error }
}

func (p *pair) close() {
	for _, c := range p.more {
		c.Close()
	}
}

func open(kind options.Kind) (*pair, error) {
	family, typ := socket.IPv4, socket.Stream
	switch kind {
	case options.Packet:
		typ = socket.Datagram
	case options.Six:
		family = socket.IPv6
	}
	p := new(pair)
	var err error
	if p.kernel, err = socket.New(family, typ, 0); err != nil {
		p.err = err
		return p, nil
	}
	p.more = append(p.more, p.kernel)
	from, err := p.ofNet(kind)
	if err == nil {
		p.golang, err = socket.From(from)
	}
	if err != nil {
		p.close()
		if kind == options.Six {
			return &pair{err: err}, nil // a machine without IPv6
		}
		return nil, err
	}
	p.more = append(p.more, p.golang)
	return p, nil
}

// ofNet opens what package net makes of the kind.
func (p *pair) ofNet(kind options.Kind) (socket.Source, error) {
	if kind == options.Packet {
		conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
		if err != nil {
			return nil, err
		}
		p.more = append(p.more, conn)
		return conn, nil
	}
	network, address := "tcp4", "127.0.0.1:0"
	if kind == options.Six {
		network, address = "tcp", "[::1]:0"
	}
	listener, err := net.Listen(network, address)
	if err != nil {
		return nil, err
	}
	p.more = append(p.more, listener)
	if kind != options.Conn {
		return listener.(*net.TCPListener), nil
	}
	address = listener.Addr().String()
	if err := p.kernel.Connect(netip.MustParseAddrPort(address)); err != nil {
		return nil, err
	}
	conn, err := net.Dial(network, address)
	if err != nil {
		return nil, err
	}
	p.more = append(p.more, conn)
	return conn.(*net.TCPConn), nil
}

func read(s *socket.Socket, option options.Option, level, number int) (string, error) {
	switch option.Type {
	case "bool":
		value, err := s.Get(option.Name, level, number)
		return map[bool]string{false: "0", true: "1"}[value != 0], err
	case "int", "bytes", "seconds", "ms":
		value, err := s.Get(option.Name, level, number)
		return fmt.Sprint(value), err
	case "timeval":
		d, err := sys.GetTimeout(sys.Handle(s.Descriptor()), level, number)
		return d.String(), err
	case "linger":
		on, seconds, err := sys.GetLinger(sys.Handle(s.Descriptor()), level, number)
		if !on {
			return "off", err
		}
		return fmt.Sprintf("%d s", seconds), err
	}
	return readOther(s, option, level, number)
}
