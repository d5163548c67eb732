package ladder

import (
	"context"
	"io"
	"sync"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/qlogwriter"

	"onthewire/lessons/04-quic/network"
)

// A session is the visits to one server. The last of them is recorded.
type session struct {
	visit   Visit
	network *network.Network

	mu             sync.Mutex
	last           bool
	client, server *Recorder
	seen           [2]int // datagrams of the last visit to the client, and to the server
	brought        int    // those of them that count for Visit.Lose
	lost           []Loss
}

// trace is for quic.Config.Tracer.
func (s *session) trace(_ context.Context, client bool, id quic.ConnectionID) qlogwriter.Trace {
	s.mu.Lock()
	defer s.mu.Unlock()
	here, log := &s.server, s.visit.ServerLog
	if client {
		here, log = &s.client, s.visit.ClientLog
	}
	var also qlogwriter.Recorder
	if s.last && log != nil {
		file := qlogwriter.NewConnectionFileSeq(unclosed{log}, client, id)
		go file.Run() // until its producer is closed
		also = file.AddProducer()
	}
	*here = NewRecorder(also)
	return *here
}

// unclosed leaves closing to whoever has opened.
type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }

// which finds what the network sees among what its sender has reported. That comes first, and
// in the same order. What is left over of an earlier connection is not found.
func (s *session) which(d network.Datagram) (all []datagram, here *int) {
	from, here := s.server, &s.seen[0]
	if d.ToServer {
		from, here = s.client, &s.seen[1]
	}
	if !s.last || from == nil {
		return nil, nil
	}
	all = datagrams(from.Events())
	if *here >= len(all) || all[*here].size() != len(d.Data) {
		return nil, nil
	}
	return all, here
}

// loses tells the network whether this is the datagram to lose.
func (s *session) loses(d network.Datagram) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, here := s.which(d)
	if here != nil && (s.visit.Any || all[*here].brings()) {
		s.brought++
	}
	return s.brought == s.visit.Lose
}

// sees is for network.Network.Tap.
func (s *session) sees(d network.Datagram) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, here := s.which(d)
	if here == nil {
		return
	}
	*here++
	if d.Lost {
		s.lost = append(s.lost, Loss{Nth: *here, ToServer: d.ToServer})
	}
}

// wait returns when the logs are written. It needs both transports closed.
func (s *session) wait() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, end := range []*Recorder{s.client, s.server} {
		if end != nil {
			<-end.Ended()
		}
	}
}
