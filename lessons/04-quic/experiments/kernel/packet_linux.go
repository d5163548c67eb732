package kernel

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"

	"onthewire/lessons/04-quic/gro"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/measure"
)

// Packet carries as many datagrams over loopback as QUIC does at a time, one a call and all
// in one.
var Packet = experiment.Experiment{
	Name:     "packet",
	Subjects: []string{"UDP_SEGMENT", "UDP_GRO", "recvmmsg"},
	About:    "What one datagram costs, and what many in one call",
	Do:       packet,
}

const (
	size   = 1452 // bytes of a datagram: the longest that quic-go sends
	many   = 14   // of them fill its buffer for GSO
	rounds = 5
	turns  = 300
)

// reader is how quic-go takes datagrams from a socket, several a call where it can.
type reader interface {
	ReadBatch(messages []ipv4.Message, flags int) (int, error)
}

func packet(ctx context.Context, r *experiment.Report) error {
	from, plain, joined, err := sockets()
	stop := func() { from.Close(); plain.Close(); joined.Close() }
	defer stop()
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, stop)()
	wrapped, err := gro.Wrap(joined)
	if err != nil {
		return err
	}
	ours, ok := wrapped.(reader)
	if !ok {
		return &experiment.Unavailable{Why: "this kernel has no UDP_GRO", Remedy: "it takes Linux 5.0"}
	}
	theirs := ipv4.NewPacketConn(plain) // as quic-go makes one
	var sendOne, sendAll, takeOne, takeAll []float64
	for round := range rounds {
		r.Progress("round %d of %d", round+1, rounds)
		s, t, err := carry(from, plain, nil, theirs)
		if err != nil {
			return err
		}
		sendOne, takeOne = append(sendOne, s), append(takeOne, t)
		if s, t, err = carry(from, joined, cutAt(size), ours); err != nil {
			return err
		}
		sendAll, takeAll = append(sendAll, s), append(takeAll, t)
	}
	show := func(values []float64) string { return fmt.Sprintf("%5.2f us each", measure.Median(values)) }
	r.Add("sent, one a call", show(sendOne))
	r.Add("sent, 14 in one call (GSO)", show(sendAll))
	r.Add("received, up to 8 in a call", show(takeOne))
	r.Add("received, 14 in one call (GRO)", show(takeAll))
	send, take := measure.Median(sendOne)/measure.Median(sendAll), measure.Median(takeOne)/measure.Median(takeAll)
	r.Shown = send > 2 && take > 1
	r.Says = fmt.Sprintf("Fourteen together cost the sender %.0f times less than one by one, and the receiver %.1f times.", send, take)
	return nil
}

func sockets() (from, plain, joined *net.UDPConn, err error) {
	for _, conn := range []**net.UDPConn{&from, &plain, &joined} {
		made, failed := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if failed != nil {
			err = errors.Join(err, failed)
			continue
		}
		made.SetReadDeadline(time.Now().Add(time.Minute)) // should one be lost
		*conn = made
	}
	return from, plain, joined, err
}

// carry sends many datagrams, one by one or as the control message says, then receives them,
// again and again. It tells what each costs either end, in microseconds of CPU.
func carry(from, at *net.UDPConn, control []byte, by reader) (sent, received float64, err error) {
	runtime.LockOSThread() // whose clock counts
	defer runtime.UnlockOSThread()
	thread, to := measure.ThreadID(), at.LocalAddr().(*net.UDPAddr)
	data, messages := make([]byte, many*size), make([]ipv4.Message, 8) // 8 as in quic-go
	for i := range messages {
		messages[i] = ipv4.Message{Buffers: [][]byte{make([]byte, size)}, OOB: make([]byte, 128)}
	}
	var sending, receiving time.Duration
	for range turns {
		begun, known := measure.ThreadCPU(thread)
		if !known {
			return 0, 0, errors.New("the CPU time of a thread is not known")
		}
		for left := data; len(left) > 0; {
			one := left[:size]
			if control != nil {
				one = left
			}
			if _, _, err := from.WriteMsgUDP(one, control, to); err != nil {
				return 0, 0, err
			}
			left = left[len(one):]
		}
		halfway, _ := measure.ThreadCPU(thread)
		for left := len(data); left > 0; {
			n, err := by.ReadBatch(messages, 0)
			if err != nil {
				return 0, 0, err
			}
			for _, m := range messages[:n] {
				left -= m.N
			}
		}
		ended, _ := measure.ThreadCPU(thread)
		sending, receiving = sending+halfway-begun, receiving+ended-halfway
	}
	each := func(d time.Duration) float64 { return d.Seconds() * 1e6 / (turns * many) }
	return each(sending), each(receiving), nil
}

// cutAt makes the control message of sendmsg(2) that asks for datagrams of so many bytes.
func cutAt(bytes uint16) []byte {
	b := make([]byte, unix.CmsgSpace(2))
	h := (*unix.Cmsghdr)(unsafe.Pointer(&b[0]))
	h.Level, h.Type = unix.IPPROTO_UDP, unix.UDP_SEGMENT
	h.SetLen(unix.CmsgLen(2))
	*(*uint16)(unsafe.Pointer(&b[unix.CmsgLen(0)])) = bytes
	return b
}
