package proxy

import (
	"fmt"
	"net/netip"
	"syscall"
)

// A Refused is an address that this proxy does not connect to.
type Refused struct{ Address netip.Addr }

func (r *Refused) Error() string {
	return fmt.Sprintf("this proxy does not connect to %s: --allow does not name it", r.Address)
}

// Only is a net.Dialer's Control. It is called with the address that the socket is about to
// connect to, so there is nothing left to resolve: a name that was harmless when somebody
// asked, and leads elsewhere now, is stopped here too.
func Only(allow []netip.Prefix) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		ip := to.Addr().Unmap() // ::ffff:127.0.0.1 is 127.0.0.1
		for _, network := range allow {
			if network.Contains(ip) {
				return nil
			}
		}
		return &Refused{ip} // also 0.0.0.0 and ::, which reach this machine, but by another name
	}
}
