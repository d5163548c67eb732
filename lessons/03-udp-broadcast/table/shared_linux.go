package table

import (
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
)

// Shared binds two receivers to the wildcard address of one port, if it can, and sends to
// them. Who listens on a port that is shared gets everything or a part, as the address is.
func Shared(p Place) (Table, error) {
	t := Table{Corner: "sent to, both with", Columns: []string{"neither", "SO_REUSEADDR", "SO_REUSEPORT"}}
	for _, to := range p.Destinations {
		row := Row{Name: to.String(), Where: p.Name}
		for _, options := range [][]int{nil, {unix.SO_REUSEADDR}, {unix.SO_REUSEPORT}} {
			cell, err := p.shared(to, options)
			if err != nil {
				return t, err
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

const senders = 16 // one after the other: SO_REUSEPORT chooses by the sender's port

func (p Place) shared(to netip.Addr, options []int) (string, error) {
	s := Socket{Bind: wildcard(to), Options: options, Prepare: func(conn *net.UDPConn) error { return p.join(conn, to) }}
	first, err := p.open(s, nil)
	if err != nil {
		return "", fmt.Errorf("the first of two: %w", err)
	}
	defer first.Close()
	s.Port = port(first)
	second, err := p.open(s, nil)
	if err != nil {
		return experiment.ErrnoName(err), nil
	}
	defer second.Close()
	var both, one, other int
	for range senders {
		heard, err := p.fromAnother(to, first, second)
		if err != nil {
			return experiment.ErrnoName(err), nil
		}
		switch {
		case heard[0] && heard[1]:
			both++
		case heard[0]:
			one++
		case heard[1]:
			other++
		}
	}
	switch {
	case both == senders:
		return "both hear", nil
	case other == senders:
		return "the last", nil
	case one+other == senders && one > 0:
		return "one of two", nil
	}
	return Silent, nil
}

func (p Place) fromAnother(to netip.Addr, receivers ...*net.UDPConn) ([]bool, error) {
	from, err := p.sender(to)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	return p.hear(from, to, receivers...)
}
