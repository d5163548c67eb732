package flow

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
)

// TCPInfo draws the congestion window of a connection that begins, and that loses one
// packet.
var TCPInfo = experiment.Experiment{
	Name:     "tcp-info",
	Subjects: []string{"TCP_INFO"},
	About:    "What a sender dares to have under way, and one loss",
	Do:       tcpInfo,
}

const (
	oneWay  = 20 * time.Millisecond
	samples = 6 // before the loss, and after it
)

func tcpInfo(ctx context.Context, r *experiment.Report) (err error) {
	return experiment.Steadily(r, func() error { return draw(ctx, r) })
}

func draw(ctx context.Context, r *experiment.Report) (err error) {
	link, err := lab.Open(lab.Way{Delay: oneWay, Rate: 50e6, Queue: 4 << 20}, lab.Way{Delay: oneWay})
	if err != nil {
		return err
	}
	defer link.Close()
	link.Client.Congestion = "reno"
	p, err := connect(ctx, link)
	if err != nil {
		return err
	}
	var flowing sync.WaitGroup
	defer flowing.Wait()
	defer p.Close() // ends both
	flowing.Go(func() { io.Copy(io.Discard, p.Server) })
	flowing.Go(func() {
		for chunk := make([]byte, 64<<10); ; {
			if _, err := p.Client.Write(chunk); err != nil {
				return
			}
		}
	})

	r.Add("milliseconds since the start", "packets under way, round trip")
	s := sampler{ctx: ctx, pair: p, clock: time.NewTicker(2 * oneWay), begun: time.Now(), report: r}
	defer s.clock.Stop()
	if err := s.take(1); err != nil {
		return err
	}
	first := s.last
	if err := s.take(samples - 1); err != nil {
		return err
	}
	fell := link.ToServer.Drop(1, func(p lab.Packet) bool { return len(p.Payload) > 0 })
	select {
	case <-fell:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	r.Add("one packet falls", "")
	if err := s.take(samples); err != nil {
		return err
	}
	for s.last.retransmitted == 0 || !s.last.open {
		if s.last, err = s.wait(); err != nil {
			return err
		}
	}
	r.Add("once the loss is mended", s.last)
	r.Shown = s.most > 2*first.packets && s.last.packets < s.most
	r.Says = "Each acknowledgement lets the sender have a packet more under way. One packet that is missing costs it half."
	return nil
}

// A window is what TCP_INFO says about how much may be under way.
type window struct {
	packets       int
	rtt           time.Duration
	retransmitted int
	open          bool // nothing is known to be lost
}

func (w window) String() string {
	return fmt.Sprintf("%d, %d ms %s", w.packets, w.rtt.Milliseconds(), strings.Repeat("=", min(20, 1+w.packets/35)))
}

// A sampler looks at a connection at each tick of its clock.
type sampler struct {
	ctx    context.Context
	pair   *experiment.Pair
	clock  *time.Ticker
	begun  time.Time
	report *experiment.Report
	last   window
	most   int // packets, of all windows so far
}

func (s *sampler) take(n int) (err error) {
	for range n {
		if s.last, err = s.wait(); err != nil {
			return err
		}
		s.report.Add(fmt.Sprintf("%5d", time.Since(s.begun).Milliseconds()), s.last)
	}
	return nil
}

func (s *sampler) wait() (w window, err error) {
	select {
	case <-s.clock.C:
	case <-s.ctx.Done():
		return w, context.Cause(s.ctx)
	}
	err = experiment.Control(s.pair.Client, func(fd int) error {
		info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
		if err != nil {
			return err
		}
		const open = 0 // TCP_CA_Open
		w = window{int(info.Snd_cwnd), time.Duration(info.Rtt) * time.Microsecond, int(info.Total_retrans), info.Ca_state == open}
		return nil
	})
	s.most = max(s.most, w.packets)
	return w, err
}
