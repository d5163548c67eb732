package destination

import "net/netip"

type block struct {
	netip.Prefix
	why string
}

// blocks are those of IANA's registries of special-purpose addresses (RFC 6890) that lead to this
// machine or its neighbours, or that hide an address which may.
var blocks = []block{
	{netip.MustParsePrefix("0.0.0.0/8"), "unspecified"}, // Linux takes 0.0.0.0 for this machine
	{netip.MustParsePrefix("10.0.0.0/8"), "private"},
	{netip.MustParsePrefix("100.64.0.0/10"), "shared behind a carrier's NAT"}, // RFC 6598
	{netip.MustParsePrefix("127.0.0.0/8"), "loopback"},
	{netip.MustParsePrefix("169.254.0.0/16"), "link-local"}, // in a cloud, 169.254.169.254 hands out passwords
	{netip.MustParsePrefix("172.16.0.0/12"), "private"},
	{netip.MustParsePrefix("192.0.0.0/24"), "for protocols"}, // RFC 6890, section 2.2.2
	{netip.MustParsePrefix("192.168.0.0/16"), "private"},
	{netip.MustParsePrefix("198.18.0.0/15"), "for benchmarks"}, // RFC 2544
	{netip.MustParsePrefix("224.0.0.0/4"), "multicast"},
	{netip.MustParsePrefix("240.0.0.0/4"), "reserved"}, // and 255.255.255.255 broadcast

	{netip.MustParsePrefix("::/96"), "unspecified, loopback or an IPv4 address"}, // ::, ::1 and the old ::a.b.c.d
	{netip.MustParsePrefix("::ffff:0:0:0/96"), "an IPv4 address, translated"},    // RFC 2765
	{netip.MustParsePrefix("64:ff9b::/96"), "an IPv4 address, translated"},       // NAT64, RFC 6052
	{netip.MustParsePrefix("64:ff9b:1::/48"), "an IPv4 address, translated"},     // RFC 8215
	{netip.MustParsePrefix("100::/64"), "discarded"},                             // RFC 6666
	{netip.MustParsePrefix("2001::/32"), "an IPv4 address, by Teredo"},           // RFC 4380
	{netip.MustParsePrefix("2002::/16"), "an IPv4 address, by 6to4"},             // RFC 3056
	{netip.MustParsePrefix("fc00::/7"), "private"},
	{netip.MustParsePrefix("fe80::/10"), "link-local"},
	{netip.MustParsePrefix("fec0::/10"), "private"}, // of old, RFC 3879
	{netip.MustParsePrefix("ff00::/8"), "multicast"},
}

// special says what is special about an address, or nothing.
func special(ip netip.Addr) string {
	for _, b := range blocks {
		if b.Contains(ip) {
			return b.why
		}
	}
	return ""
}
