// Package mdns asks the neighbours by multicast DNS (RFC 6762), which printers, speakers and
// laptops answer.
//
// It is a one-shot querier, as §5.1 calls it: a question from a port of its own, to which the
// answers come back directly, so there is no group to join and no port 5353 to share.
//
// Read it in this order: message.go (questions and an answer), known.go (what answers add up
// to), ask.go (whom to ask, how often, and who is believed), open.go (a socket on one interface).
package mdns

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// maxRecords of one message are looked at.
const maxRecords = 100

// A query asks for the records of one type that a name has.
type query struct {
	name string // ends in a dot
	kind dnsmessage.Type
}

// pack makes a message of queries.
func pack(id uint16, queries []query) ([]byte, error) {
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: id})
	b.EnableCompression()
	if err := b.StartQuestions(); err != nil {
		return nil, err
	}
	for _, q := range queries {
		name, err := dnsmessage.NewName(q.name)
		if err == nil {
			err = b.Question(dnsmessage.Question{Name: name, Type: q.kind, Class: dnsmessage.ClassINET})
		}
		if err != nil {
			return nil, fmt.Errorf("%q: %w", q.name, err)
		}
	}
	return b.Finish()
}

// parse reads the records of an answer to the question with that id. Whether a record answers
// or was added unasked does not matter here, so both sections are one. Anybody may have sent it.
func parse(b []byte, id uint16) (records []dnsmessage.Resource, err error) {
	var p dnsmessage.Parser
	header, err := p.Start(b)
	switch {
	case err != nil:
		return nil, err
	case !header.Response || header.OpCode != 0 || header.RCode != dnsmessage.RCodeSuccess:
		return nil, errors.New("no answer, or one that failed")
	case header.ID != id:
		return nil, fmt.Errorf("an answer to question %d: ours is %d", header.ID, id)
	}
	if err := p.SkipAllQuestions(); err != nil {
		return nil, err
	}
	for _, section := range []func() (dnsmessage.Resource, error){p.Answer, p.Authority, p.Additional} {
		for {
			record, err := section()
			if errors.Is(err, dnsmessage.ErrSectionDone) {
				break
			}
			if err == nil && len(records) == maxRecords {
				err = fmt.Errorf("more than %d records", maxRecords)
			}
			if err != nil {
				return nil, err
			}
			records = append(records, record)
		}
	}
	return records, nil
}

// Complete makes of what a person types the name to ask for: printer becomes printer.local.,
// and _ipp._tcp becomes _ipp._tcp.local.
func Complete(name string) string {
	name = strings.TrimSuffix(name, ".")
	if name != "local" && !strings.HasSuffix(strings.ToLower(name), ".local") {
		name += ".local"
	}
	return name + "."
}

// isService tells the name of a service from that of a host (RFC 6763 §4.1.2).
func isService(name string) bool { return strings.HasPrefix(name, "_") }
