package table

import (
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
)

// A member is a receiver on the wildcard address, and what it has done about a group.
type member struct {
	name string
	do   func(p Place, conn *net.UDPConn, ifi *net.Interface, group net.Addr) error
}

// The fence of hear is a member of the group, too. So on this host there is always one.
var members = []member{
	{"joined it", join},
	{"joined nothing", nothing},
	{"joined another group", joinAnother},
	{"joined it, and left", joinAndLeave},
	{"joined none, MULTICAST_ALL 0", listenOnlyToMine},
	{"joined it for this sender", joinFromSender},
	{"joined it for another sender", joinFromAnother},
}

// Groups tells who hears what is sent to a group: a row a member, a column a version of IP.
func Groups(p Place, groups ...netip.Addr) (Table, error) {
	t := Table{Corner: "a socket on " + p.Name + " that has"}
	for _, m := range members {
		t.Rows = append(t.Rows, Row{Name: m.name})
	}
	for _, group := range groups {
		t.Columns = append(t.Columns, group.String())
		for i, m := range members {
			cell, err := p.group(group, m)
			if err != nil {
				return t, fmt.Errorf("%s: %w", m.name, err)
			}
			t.Rows[i].Cells = append(t.Rows[i].Cells, cell)
		}
	}
	return t, nil
}

func (p Place) group(group netip.Addr, m member) (string, error) {
	receiver, err := p.open(Socket{Bind: wildcard(group), Prepare: func(conn *net.UDPConn) error {
		ifi, err := net.InterfaceByName(p.Interface)
		if err != nil {
			return err
		}
		return m.do(p, conn, ifi, &net.UDPAddr{IP: group.AsSlice()})
	}}, nil)
	if err != nil {
		return experiment.ErrnoName(err), nil
	}
	defer receiver.Close()
	heard, err := p.fromAnother(group, receiver)
	switch {
	case err != nil:
		return experiment.ErrnoName(err), nil
	case heard[0]:
		return Hears, nil
	}
	return Silent, nil
}

// A joiner is what package ipv4 and package ipv6 have in common.
type joiner interface {
	JoinGroup(ifi *net.Interface, group net.Addr) error
	LeaveGroup(ifi *net.Interface, group net.Addr) error
	JoinSourceSpecificGroup(ifi *net.Interface, group, source net.Addr) error
}

func of(conn *net.UDPConn, group net.Addr) joiner {
	if group.(*net.UDPAddr).IP.To4() != nil {
		return ipv4.NewPacketConn(conn)
	}
	return ipv6.NewPacketConn(conn)
}

func join(_ Place, conn *net.UDPConn, ifi *net.Interface, group net.Addr) error {
	return of(conn, group).JoinGroup(ifi, group)
}

func nothing(Place, *net.UDPConn, *net.Interface, net.Addr) error { return nil }

func joinAnother(_ Place, conn *net.UDPConn, ifi *net.Interface, group net.Addr) error {
	another := &net.UDPAddr{IP: append(net.IP{}, group.(*net.UDPAddr).IP...)}
	another.IP[len(another.IP)-1]++
	return of(conn, group).JoinGroup(ifi, another)
}

// listenOnlyToMine clears IP_MULTICAST_ALL, as multicast.Join does.
func listenOnlyToMine(_ Place, conn *net.UDPConn, _ *net.Interface, group net.Addr) error {
	level, option := unix.IPPROTO_IP, unix.IP_MULTICAST_ALL
	if group.(*net.UDPAddr).IP.To4() == nil {
		level, option = unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_ALL
	}
	return experiment.Control(conn, func(fd int) error { return unix.SetsockoptInt(fd, level, option, 0) })
}

func joinAndLeave(_ Place, conn *net.UDPConn, ifi *net.Interface, group net.Addr) error {
	if err := of(conn, group).JoinGroup(ifi, group); err != nil {
		return err
	}
	return of(conn, group).LeaveGroup(ifi, group)
}

func joinFromSender(p Place, conn *net.UDPConn, ifi *net.Interface, group net.Addr) error {
	source := p.Sender.Addr
	if group.(*net.UDPAddr).IP.To4() == nil {
		source = p.Sender.Addr6
	}
	return of(conn, group).JoinSourceSpecificGroup(ifi, group, &net.UDPAddr{IP: source.AsSlice()})
}

func joinFromAnother(p Place, conn *net.UDPConn, ifi *net.Interface, group net.Addr) error {
	source := p.Receiver.Addr
	if group.(*net.UDPAddr).IP.To4() == nil {
		source = p.Receiver.Addr6
	}
	return of(conn, group).JoinSourceSpecificGroup(ifi, group, &net.UDPAddr{IP: source.AsSlice()})
}
