// Package sniffer shows every packet that passes an interface, as tcpdump does, and lets the
// kernel sort out those that nobody wants to see.
package sniffer

import (
	"golang.org/x/net/bpf"

	"onthewire/lessons/internal/packet"
)

// A Filter is a program for the kernel: it runs for each packet, and its result is how many
// bytes of it we get. The zero Filter lets everything pass.
type Filter struct {
	Port uint16 // of TCP or UDP over IPv4, at either end
}

const keep = 1 << 18 // more than any packet has

// program is the filter in the instructions of the kernel's own machine (BPF; see
// Documentation/networking/filter.rst). A load behind the end of a packet ends the program
// and drops the packet, so nothing has to be checked for its length.
func (f Filter) program(link packet.Link) []bpf.Instruction {
	if f.Port == 0 {
		return []bpf.Instruction{bpf.RetConstant{Val: keep}}
	}
	port := uint32(f.Port)
	var ip uint32
	isIPv4 := []bpf.Instruction{
		bpf.LoadAbsolute{Off: 0, Size: 1},
		bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: 4},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 4, SkipTrue: 10},
	}
	if link == packet.Ethernet {
		ip = 14
		isIPv4 = []bpf.Instruction{
			bpf.LoadAbsolute{Off: 12, Size: 2},
			bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: packet.IPv4, SkipTrue: 10},
		}
	}
	return append(isIPv4,
		bpf.LoadAbsolute{Off: ip + 9, Size: 1}, // the protocol
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: packet.TCP, SkipTrue: 1},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: packet.UDP, SkipTrue: 7},
		bpf.LoadAbsolute{Off: ip + 6, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpBitsSet, Val: 0x1fff, SkipTrue: 5}, // a later fragment has no ports
		bpf.LoadMemShift{Off: ip},                                   // X is the length of the IP header
		bpf.LoadIndirect{Off: ip, Size: 2},                          // the source's port
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: port, SkipTrue: 3},
		bpf.LoadIndirect{Off: ip + 2, Size: 2}, // the destination's
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: port, SkipTrue: 1},
		bpf.RetConstant{Val: 0},
		bpf.RetConstant{Val: keep},
	)
}
