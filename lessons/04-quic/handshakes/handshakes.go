// Package handshakes begins a conversation in each way that TCP, TLS and QUIC have for it, on
// a long link, and tells how long each took until the request could leave and until the
// answer came.
//
// Read it in this order: handshakes.go and all.go (the ways, and what theory says of each), series.go
// (rounds of them), pair.go (a client and a server that may have met before),
// tcp.go and quic.go (one conversation), trips.go (round trips counted), resumption.go (what a
// ticket saves where it saves no round trip).
package handshakes

import "time"

// A Handshake is one way to begin.
type Handshake struct {
	Name   string
	TCP    bool // it needs the kernel's TCP, so a link of the lab
	Theory Trips
	Absent string // that Go has none: crypto/tls offers early data to QUIC only; empty for all but one

	tls     uint16 // over TCP: the version, 0 is none
	resumed bool   // with a ticket of an earlier visit
	early   bool   // and the request in the first flight (0-RTT)
	retry   bool   // the server demands proof of the address, RFC 9000 section 8.1.2
	token   bool   // which the client brings along from an earlier visit, section 8.1.3
	long    bool   // a certificate of more than three small datagrams, section 8.1
	x25519  bool   // no X25519MLKEM768: the client's first flight is one datagram instead of two
}

// Trips are round trips of the link.
type Trips struct {
	Request int `json:"request"` // until the request's first byte may leave
	Answer  int `json:"answer"`  // until the answer's first byte has come
}

// Taken is what one conversation took. Both times begin with the first call.
type Taken struct {
	Request time.Duration // until the request's first byte could leave
	Answer  time.Duration // until the answer's first byte had come

	// RoundTrips counts until then how often the link was crossed there and back by packets
	// of which each was sent after the one before it had arrived. 0 where the link has no
	// delay, since there it cannot be told what arrived before what.
	RoundTrips int
}
