// Package packets has experiments with socket options: those about single packets.
//
// What they stand on is in folders: receive (a packet and what the kernel says beside it),
// decode (the headers, by hand), icmp (a ping), sniffer (a packet socket and its filter),
// pcapng (a file for Wireshark), tap (the packets of the lab's link).
package packets

import (
	"errors"

	"golang.org/x/sys/unix"

	"onthewire/lessons/02-socket-options/experiments"
)

// All lists them.
func All() []experiments.Experiment {
	return []experiments.Experiment{rxqOvfl, broadcast, dscp, ttl, ping, sniff}
}

// number is the error as the kernel gave it, without the words around it.
func number(err error) error {
	if errno, ok := errors.AsType[unix.Errno](err); ok {
		return errno
	}
	return err
}
