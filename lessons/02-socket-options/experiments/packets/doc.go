// Package packets has experiments with socket options: those about single packets.
//
// What they stand on is in folders: receive (a packet and what the kernel says beside it),
// decode (the headers, by hand), icmp (a ping), sniffer (a packet socket and its filter),
// pcapng (a file for Wireshark), tap (the packets of the lab's link).
package packets
