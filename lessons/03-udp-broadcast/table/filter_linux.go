package table

import (
	"net"
	"net/netip"

	"onthewire/lessons/internal/experiment"
)

// Filter sends to each address that reaches somebody, and binds a receiver to each address
// that there is.
func Filter(p Place) (Table, error) {
	t := Table{Corner: "sent to, bound to", Columns: []string{"wildcard", "own", "same", "connected"}}
	for _, to := range p.Destinations {
		row := Row{Name: to.String(), Where: p.Name}
		for _, bind := range []Socket{
			{Bind: wildcard(to)},
			{Bind: p.Receiver.own(to)},
			{Bind: to},
			{Bind: wildcard(to), Connected: true},
		} {
			cell, err := p.filter(to, bind)
			if err != nil {
				return t, err
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// filter is one cell.
func (p Place) filter(to netip.Addr, s Socket) (string, error) {
	from, err := p.sender(to)
	if err != nil {
		return "", err
	}
	defer from.Close()
	s.Prepare = func(conn *net.UDPConn) error { return p.join(conn, to) }
	receiver, err := p.open(s, from)
	if err != nil {
		return experiment.ErrnoName(err), nil
	}
	defer receiver.Close()
	heard, err := p.hear(from, to, receiver)
	switch {
	case err != nil:
		return experiment.ErrnoName(err), nil
	case heard[0]:
		return Hears, nil
	}
	return Silent, nil
}
