package mdns

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// A wire is a socket in memory: what is written to it arrives at asked, and what comes to
// heard can be read.
type wire struct {
	net.PacketConn // the rest of the interface, which nobody calls
	asked          chan []byte
	heard          chan datagram
	closed         chan struct{}
}

func newWire() *wire {
	return &wire{asked: make(chan []byte, 100), heard: make(chan datagram, 100), closed: make(chan struct{})}
}

func (w *wire) WriteTo(b []byte, _ net.Addr) (int, error) {
	w.asked <- slices.Clone(b)
	return len(b), nil
}

func (w *wire) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case d := <-w.heard:
		return copy(b, d.data), d.from, nil
	case <-w.closed:
		return 0, nil, net.ErrClosed
	}
}

func (w *wire) Close() error { close(w.closed); return nil }

// questions waits for the next message that was asked.
func (w *wire) questions(t *testing.T) (id uint16, names []string) {
	t.Helper()
	var p dnsmessage.Parser
	header, err := p.Start(<-w.asked)
	if err != nil {
		t.Fatal(err)
	}
	qs, err := p.AllQuestions()
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range qs {
		names = append(names, q.Name.String()+" "+strings.TrimPrefix(q.Type.String(), "Type"))
	}
	return header.ID, names
}

func record(name string, body dnsmessage.ResourceBody) dnsmessage.Resource {
	return dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(name), Class: dnsmessage.ClassINET, TTL: 10}, Body: body}
}

func ptr(to string) dnsmessage.Resource {
	return record("_ipp._tcp.local.", &dnsmessage.PTRResource{PTR: dnsmessage.MustNewName(to)})
}

var (
	srv     = record("A._ipp._tcp.local.", &dnsmessage.SRVResource{Port: 631, Target: dnsmessage.MustNewName("printer.local.")})
	address = record("printer.local.", &dnsmessage.AResource{A: [4]byte{10, 0, 1, 2}})
)

func (w *wire) answer(t *testing.T, from string, id uint16, records ...dnsmessage.Resource) {
	t.Helper()
	m := dnsmessage.Message{Header: dnsmessage.Header{ID: id, Response: true, Authoritative: true}, Answers: records}
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	w.heard <- datagram{b, net.UDPAddrFromAddrPort(netip.MustParseAddrPort(from))}
}

// bubble looks a name up in virtual time, and returns what was found and what was dropped.
func bubble(t *testing.T, name string, play func(t *testing.T, w *wire)) (found []Service, dropped []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		link := &Link{Conn: w, Local: []netip.Prefix{netip.MustParsePrefix("10.0.1.1/24")}}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		done := make(chan struct{})
		go func() {
			defer close(done)
			var err error
			found, err = link.Lookup(ctx, Complete(name), func(_ net.Addr, why error) { dropped = append(dropped, why.Error()) })
			if err != nil {
				t.Error(err)
			}
		}()
		play(t, w)
		<-done
	})
	return found, dropped
}

func TestWhatNobodyAddedIsAskedForStepByStep(t *testing.T) {
	found, _ := bubble(t, "_ipp._tcp", func(t *testing.T, w *wire) {
		id, _ := w.questions(t)
		for _, step := range []struct {
			answer dnsmessage.Resource
			then   []string
		}{
			{ptr("A._ipp._tcp.local."), []string{"A._ipp._tcp.local. SRV", "A._ipp._tcp.local. TXT"}},
			{srv, []string{"printer.local. A", "printer.local. AAAA"}},
		} {
			w.answer(t, "10.0.1.2:5353", id, step.answer)
			if _, names := w.questions(t); !slices.Equal(names, step.then) {
				t.Errorf("asked for %v, want %v", names, step.then)
			}
		}
		w.answer(t, "10.0.1.2:5353", id, address)
	})
	if len(found) != 1 || found[0].Port != 631 || !slices.Equal(found[0].Addrs, []netip.Addr{netip.MustParseAddr("10.0.1.2")}) {
		t.Errorf("found %+v", found)
	}
}

func TestAnAnswerIsBelievedOnlyFromPort5353OfANeighbourWithOurID(t *testing.T) {
	found, dropped := bubble(t, "printer", func(t *testing.T, w *wire) {
		id, _ := w.questions(t)
		w.answer(t, "10.0.1.66:9999", id, address)
		w.answer(t, "192.0.2.66:5353", id, address)
		w.answer(t, "10.0.1.66:5353", id+1, address)
		question, err := pack(id, []query{{"printer.local.", dnsmessage.TypeA}})
		if err != nil {
			t.Error(err)
		}
		w.heard <- datagram{question, &net.UDPAddr{IP: net.IPv4(10, 0, 1, 66), Port: 5353}}
		w.heard <- datagram{[]byte("no DNS"), &net.UDPAddr{IP: net.IPv4(10, 0, 1, 66), Port: 5353}}
	})
	if len(found) != 0 {
		t.Errorf("found %+v", found)
	}
	if len(dropped) != 5 {
		t.Errorf("dropped %q, want all five", dropped)
	}
}

// With a TTL of 0 a record takes itself back (RFC 6762 §10.1).
func TestAGoodbyeIsNoAnswer(t *testing.T) {
	goodbye := address
	goodbye.Header.TTL = 0
	found, dropped := bubble(t, "printer", func(t *testing.T, w *wire) {
		id, _ := w.questions(t)
		w.answer(t, "10.0.1.2:5353", id, goodbye)
	})
	if len(found) != 0 || len(dropped) != 0 {
		t.Errorf("found %+v, dropped %q", found, dropped)
	}
}

func TestASocketThatFailsEndsTheLookupWithItsError(t *testing.T) {
	w := newWire()
	failing := &Link{Conn: failingWire{w}}
	if _, err := failing.Lookup(t.Context(), "printer.local.", nil); !errors.Is(err, errFails) {
		t.Errorf("it ended with %v", err)
	}
}

var errFails = errors.New("read: it fails")

// A failingWire is a wire that cannot be read from.
type failingWire struct{ *wire }

func (failingWire) ReadFrom([]byte) (int, net.Addr, error) { return 0, nil, errFails }

func TestAQuestionIsRepeatedAfterTwiceThePauseEachTime(t *testing.T) {
	bubble(t, "_ipp._tcp", func(t *testing.T, w *wire) {
		last := time.Now()
		for _, want := range []time.Duration{0, time.Second, 2 * time.Second, 4 * time.Second} {
			w.questions(t)
			if pause := time.Since(last); pause != want {
				t.Errorf("asked after %v, want %v", pause, want)
			}
			last = time.Now()
		}
	})
}

func TestAHostIsFoundSoonAfterItsFirstAddress(t *testing.T) {
	begun, took := time.Now(), time.Duration(0)
	found, _ := bubble(t, "Printer.local", func(t *testing.T, w *wire) {
		begun = time.Now()
		id, _ := w.questions(t)
		w.answer(t, "10.0.1.2:5353", id, address)
		<-w.closed
		took = time.Since(begun)
	})
	if len(found) != 1 || took > 200*time.Millisecond {
		t.Errorf("found %+v after %v", found, took)
	}
}

func TestAFloodOfInventedInstancesIsBounded(t *testing.T) {
	k := newKnown()
	for i := range 3 * maxKnown {
		m := dnsmessage.Message{Header: dnsmessage.Header{ID: 1, Response: true}, Answers: []dnsmessage.Resource{ptr(fmt.Sprint(i) + "._ipp._tcp.local.")}}
		b, err := m.Pack()
		if err != nil {
			t.Fatal(err)
		}
		records, err := parse(b, 1)
		if err != nil {
			t.Fatal(err)
		}
		k.add(records)
	}
	if n := len(k.instances("_ipp._tcp.local.")); n != maxKnown {
		t.Errorf("%d records are kept, want %d", n, maxKnown)
	}
	if n := len(k.missing("_ipp._tcp.local.")); n != maxQuestions {
		t.Errorf("%d questions would be asked in one message, want %d", n, maxQuestions)
	}
}

// A name with a dot in it is legal (RFC 6763 §4.3), and package dnsmessage refuses it.
func TestALabelWithADotIsRefusedWithTheWholeMessage(t *testing.T) {
	m := dnsmessage.Message{Header: dnsmessage.Header{ID: 1, Response: true}, Answers: []dnsmessage.Resource{ptr("Mr-Printer._ipp._tcp.local.")}}
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parse(bytes.Replace(b, []byte("Mr-P"), []byte("Mr.P"), 1), 1); err == nil {
		t.Error("it was read: then say so in more/mdns.md")
	}
}

func FuzzParse(f *testing.F) {
	m := dnsmessage.Message{Header: dnsmessage.Header{ID: 1, Response: true}, Answers: []dnsmessage.Resource{ptr("A._ipp._tcp.local."), srv, address}}
	good, err := m.Pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Fuzz(func(t *testing.T, b []byte) {
		records, err := parse(b, 1)
		if len(records) > maxRecords {
			t.Errorf("%d records", len(records))
		}
		if err != nil {
			return
		}
		k := newKnown()
		k.add(records)
		for _, name := range []string{"_ipp._tcp.local.", "printer.local."} {
			k.services(name)
			if _, err := pack(1, k.missing(name)); err != nil {
				t.Errorf("what was read cannot be asked for: %v", err)
			}
		}
	})
}
