package packets

import (
	"context"
	"fmt"
	"net"
	"strconv"

	"golang.org/x/sys/unix"

	"onthewire/lessons/02-socket-options/receive"
	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/internal/experiment"
)

var RxqOvfl = experiment.Experiment{
	Name:     "rxq-ovfl",
	Subjects: []string{"SO_RXQ_OVFL", "SO_RCVBUF"},
	About:    "Datagrams fall off a full buffer, and the kernel counts them",
	Do:       runRxqOvfl,
}

func runRxqOvfl(ctx context.Context, r *experiment.Report) (err error) {
	silent, err := overflow(ctx, 4096, false)
	if err != nil {
		return err
	}
	counted, err := overflow(ctx, 4096, true)
	if err != nil {
		return err
	}
	roomy, err := overflow(ctx, 0, true)
	if err != nil {
		return err
	}
	r.Add("SO_RCVBUF = 4,096: missing", silent.missing)
	r.Add("  the kernel says", silent.said())
	r.Add("and SO_RXQ_OVFL = 1: missing", counted.missing)
	r.Add("  the kernel says", counted.said())
	r.Add("a larger SO_RCVBUF: missing", roomy.missing)
	r.Add("  the kernel says", roomy.said())
	r.Shown = silent.missing > 0 && !silent.found &&
		counted.missing > 0 && counted.found && counted.counter == counted.missing &&
		roomy.missing == 0 && !roomy.found
	r.Says = "No call has failed, on either side. With SO_RXQ_OVFL each datagram brings along how many fell before it."
	return nil
}

// burst is how many datagrams arrive while nobody reads.
const burst = 100

// A loss is what a receiver finds out once it reads.
type loss struct {
	missing int  // by the numbers in the datagrams
	counter int  // in a control message of the last one
	found   bool // there was one
}

func (l loss) said() any {
	if !l.found {
		return "nothing"
	}
	return l.counter
}

// overflow sends numbered datagrams, more than a receiver has room for, and then lets it
// read.
func overflow(ctx context.Context, buffer int, count bool) (l loss, err error) {
	receiver, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return l, err
	}
	defer receiver.Close()
	sender, err := net.DialUDP("udp4", nil, receiver.LocalAddr().(*net.UDPAddr))
	if err != nil {
		return l, err
	}
	defer sender.Close()
	if err := socket.With(receiver, func(s *socket.Socket) error { return prepareReceiver(s, buffer, count) }); err != nil {
		return l, err
	}
	sent := 0
	send := func() error {
		_, err := fmt.Fprint(sender, sent)
		sent++
		return err
	}
	for sent < burst {
		if err := send(); err != nil {
			return l, err
		}
	}
	return behindGap(ctx, receiver, send)
}

// behindGap reads what is there, and has one more sent for each, until one of those arrives.
// Its number tells how many are missing before it.
func behindGap(ctx context.Context, receiver *net.UDPConn, send func() error) (l loss, err error) {
	for received := 0; ; received++ {
		m, err := receive.Datagram(ctx, receiver)
		if err != nil {
			return l, err
		}
		number, err := strconv.Atoi(string(m.Bytes))
		if err != nil {
			return l, err
		}
		if number >= burst {
			l.missing = number - received
			l.counter, l.found = m.Value(unix.SOL_SOCKET, unix.SO_RXQ_OVFL)
			return l, nil
		}
		if err := send(); err != nil {
			return l, err
		}
	}
}

func prepareReceiver(s *socket.Socket, buffer int, count bool) error {
	if buffer > 0 {
		if err := s.SetReceiveBuffer(buffer); err != nil {
			return err
		}
	}
	if !count {
		return nil
	}
	return s.Set("SO_RXQ_OVFL", unix.SOL_SOCKET, unix.SO_RXQ_OVFL, 1)
}
