package mdns

import (
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	maxKnown     = 1000 // records are kept, whoever sends more
	maxQuestions = 20   // in one message
)

// known is what the answers so far add up to.
type known struct {
	records map[key][]dnsmessage.ResourceBody
	seen    map[string]bool // each record once
}

type key struct {
	name string // in lower case: RFC 6762 §16
	kind dnsmessage.Type
}

func newKnown() *known {
	return &known{records: map[key][]dnsmessage.ResourceBody{}, seen: map[string]bool{}}
}

func (k *known) of(name string, kind dnsmessage.Type) []dnsmessage.ResourceBody {
	return k.records[key{strings.ToLower(name), kind}]
}

// add takes in records, and tells whether any was new. With a TTL of 0 one is a goodbye
// (RFC 6762 §10.1).
func (k *known) add(records []dnsmessage.Resource) (news bool) {
	for _, r := range records {
		at := key{strings.ToLower(r.Header.Name.String()), r.Header.Type}
		text := at.name + r.Body.GoString()
		if r.Header.TTL > 0 && !k.seen[text] && len(k.seen) < maxKnown {
			k.records[at] = append(k.records[at], r.Body)
			k.seen[text], news = true, true
		}
	}
	return news
}

// A Service is one instance of what was asked for, or a host if it has neither Port nor Text.
type Service struct {
	Name  string // "Brother HL-L2350DW._ipp._tcp.local."
	Host  string // "printer.local."
	Port  uint16
	Text  []string // KEY=VALUE (RFC 6763 §6)
	Addrs []netip.Addr
}

// services puts together what is known of a name: PTR leads to instances, SRV from each to its
// host and port, TXT to what else it says, A and AAAA from a host to its addresses.
func (k *known) services(name string) (all []Service) {
	if !isService(name) {
		if addrs := k.addrs(name); len(addrs) > 0 {
			all = append(all, Service{Name: name, Host: name, Addrs: addrs})
		}
		return all
	}
	for _, instance := range k.instances(name) {
		s := Service{Name: instance}
		for _, body := range k.of(instance, dnsmessage.TypeSRV) {
			srv := body.(*dnsmessage.SRVResource)
			s.Host, s.Port = srv.Target.String(), srv.Port
			s.Addrs = k.addrs(s.Host)
		}
		for _, body := range k.of(instance, dnsmessage.TypeTXT) {
			s.Text = body.(*dnsmessage.TXTResource).TXT
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b Service) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func (k *known) instances(name string) (names []string) {
	for _, body := range k.of(name, dnsmessage.TypePTR) {
		names = append(names, body.(*dnsmessage.PTRResource).PTR.String())
	}
	return names
}

func (k *known) addrs(host string) (addrs []netip.Addr) {
	for _, body := range k.of(host, dnsmessage.TypeA) {
		addrs = append(addrs, netip.AddrFrom4(body.(*dnsmessage.AResource).A))
	}
	for _, body := range k.of(host, dnsmessage.TypeAAAA) {
		addrs = append(addrs, netip.AddrFrom16(body.(*dnsmessage.AAAAResource).AAAA))
	}
	slices.SortFunc(addrs, netip.Addr.Compare)
	return addrs
}

// missing are the questions to which the answers so far have led, and which nobody has
// answered. Most who answer add all that unasked (RFC 6763 §12).
func (k *known) missing(name string) (qs []query) {
	add := func(name string, kinds ...dnsmessage.Type) {
		for _, kind := range kinds {
			if len(k.of(name, kind)) == 0 && len(qs) < maxQuestions {
				qs = append(qs, query{name, kind})
			}
		}
	}
	if !isService(name) {
		add(name, dnsmessage.TypeA, dnsmessage.TypeAAAA)
		return qs
	}
	for _, s := range k.services(name) {
		switch {
		case isService(s.Name): // a type of service, which somebody has (RFC 6763 §9)
		case s.Host == "":
			add(s.Name, dnsmessage.TypeSRV, dnsmessage.TypeTXT)
		case len(s.Addrs) == 0:
			add(s.Host, dnsmessage.TypeA, dnsmessage.TypeAAAA)
		}
	}
	return qs
}
