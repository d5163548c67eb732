// Package receive has experiments with what a receiver may lose.
package receive

import (
	"context"
	"net"
	"net/netip"
	"time"

	"onthewire/lessons/03-udp-broadcast/datagram"
	"onthewire/lessons/internal/experiment"
)

// Drops sends more than a receiver has room for, while it does not read.
var Drops = experiment.Experiment{
	Name:     "drops",
	Subjects: []string{"SO_RCVBUF", "SO_RXQ_OVFL"},
	About:    "A thousand datagrams for somebody who does not read",
	Do:       drops,
}

func drops(ctx context.Context, r *experiment.Report) error {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	receiver, err := datagram.NewReceiver(conn, 2000)
	if err != nil {
		return err
	}
	to := netip.MustParseAddrPort(conn.LocalAddr().String())
	const sent = 1000
	for range sent {
		if _, err := conn.WriteToUDPAddrPort(make([]byte, 1000), to); err != nil {
			return err
		}
	}
	// Those that found room are read first. Behind them comes one that can bring the count.
	conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	heard, dropped := 0, 0
	for heard+dropped < sent+1 {
		d, err := receiver.Next()
		if err != nil {
			return err
		}
		if heard, dropped = heard+1, int(d.Dropped); heard == 1 {
			if _, err := conn.WriteToUDPAddrPort([]byte("the last"), to); err != nil {
				return err
			}
		}
	}
	r.Add("sent, each without an error", sent)
	r.Add("heard", heard-1)
	r.Add("dropped, as the kernel counts", dropped)
	r.Shown = heard-1 < sent && heard-1+dropped == sent
	r.Says = "No sender was told. Whoever needs all of it has to number what is sent, and ask again."
	return nil
}
