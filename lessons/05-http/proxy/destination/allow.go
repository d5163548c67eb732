package destination

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Allow is who may be reached although the address is special.
type Allow struct {
	Networks []netip.Prefix
	Hosts    []string // by name, wherever it leads: whoever owns the name is trusted
}

// Parse reads what a person writes: an address, a network or the name of a host.
func Parse(texts ...string) (a Allow, err error) {
	for _, text := range texts {
		network, err := netip.ParsePrefix(text)
		if ip, single := netip.ParseAddr(text); single == nil && ip.Zone() == "" {
			network, err = netip.PrefixFrom(ip, ip.BitLen()), nil
		}
		switch {
		case err == nil && network.Addr().Is4In6():
			return Allow{}, fmt.Errorf("%s: write it as an IPv4 address", text)
		case err == nil:
			a.Networks = append(a.Networks, network)
		case isName(text):
			a.Hosts = append(a.Hosts, canonical(text))
		default:
			return Allow{}, fmt.Errorf("%s: want an address, a network such as 10.0.0.0/8, or the name of a host", text)
		}
	}
	return a, nil
}

// isName leaves out what looks like an address or a URL and is none.
func isName(text string) bool {
	return !strings.ContainsAny(text, "/:[]@*% ,") && strings.Trim(text, "0123456789.") != ""
}

func canonical(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }

func (a Allow) host(name string) bool { return slices.Contains(a.Hosts, canonical(name)) }

func (a Allow) address(ip netip.Addr) bool {
	return slices.ContainsFunc(a.Networks, func(n netip.Prefix) bool { return n.Contains(ip) })
}
