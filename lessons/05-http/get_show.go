package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"onthewire/lessons/05-http/fetch"
	"onthewire/lessons/internal/stage"
)

// showAnswer shows what is known of an answer, on standard error: the body has standard output.
func showAnswer(s *stage.Stage, a *fetch.Answer, fields bool) {
	s.Line("%s %s, %s", a.Protocol, a.Status, stage.Number(a.Bytes)+" bytes")
	if fields {
		for _, name := range slices.Sorted(maps.Keys(a.Fields)) {
			for _, value := range a.Fields[name] {
				s.Line("  %s: %s", name, clean(value))
			}
		}
	}
	handshake := a.TLS + " handshake"
	if a.Protocol == "HTTP/3.0" {
		handshake = "QUIC handshake, " + a.TLS
	}
	for _, phase := range []struct {
		name string
		over time.Duration
	}{
		{"name lookup", a.Phases.Lookup}, {"TCP handshake", a.Phases.Connect}, {handshake, a.Phases.Handshake},
		{"request sent", a.Phases.Request}, {"first byte of the answer", a.Phases.FirstByte}, {"whole body", a.Phases.Body},
	} {
		if phase.over > 0 {
			s.Line("  %-26s after %s", phase.name, stage.Time(phase.over))
		}
	}
	offers, _ := fetch.Offers(a.Fields.Values("Alt-Svc"))
	for _, o := range offers {
		if o.Protocol == "h3" && a.Protocol != "HTTP/3.0" {
			s.Line("  it says that HTTP/3 is on UDP port %s, see --http3", o.Port)
			break
		}
	}
}

// clean keeps what a server says from doing things to a terminal.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, text)
}

func showJSON(a *fetch.Answer) error {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"protocol": a.Protocol, "status": a.Status, "fields": a.Fields, "bytes": a.Bytes, "from": a.From, "tls": a.TLS,
		"ms": map[string]float64{
			"lookup": ms(a.Phases.Lookup), "connect": ms(a.Phases.Connect), "handshake": ms(a.Phases.Handshake),
			"request": ms(a.Phases.Request), "first_byte": ms(a.Phases.FirstByte), "body": ms(a.Phases.Body),
		},
	})
}

// showFindings shows what stands between a client and HTTP/3.
func showFindings(found []fetch.Finding, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(os.Stdout).Encode(found)
	}
	s := stage.New(os.Stdout)
	for _, f := range found {
		mark := "yes"
		if !f.Good {
			mark = "no"
		}
		s.Item(fmt.Sprintf("%-9s%s", f.What, mark), clean(f.Seen))
	}
	return nil
}
