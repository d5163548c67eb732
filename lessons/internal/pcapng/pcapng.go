// Package pcapng has the blocks of a file that Wireshark and tcpdump read
// (draft-ietf-opsawg-pcapng). Such a file is one block behind the other: a Section first, an
// Interface for each that was listened on, then the packets. TLS is decrypted with Secrets
// that stand in front of its packets.
package pcapng

import (
	"bytes"
	"encoding/binary"

	"onthewire/lessons/internal/packet"
)

// The types of blocks, by their numbers in section 4 and 10.1 of the draft.
const (
	sectionHeader        = 0x0A0D0D0A
	interfaceDescription = 1
	enhancedPacket       = 6
	decryptionSecrets    = 10

	tlsKeyLog = 0x544c534b // "TLSK": what SSLKEYLOGFILE holds
)

// order is ours to choose: the first number of a section tells readers which it is.
var order = binary.LittleEndian

// Section begins a file.
func Section() []byte {
	b := order.AppendUint32(nil, 0x1A2B3C4D)
	b = order.AppendUint16(b, 1) // version 1.0
	b = order.AppendUint16(b, 0)
	return block(sectionHeader, order.AppendUint64(b, 1<<64-1)) // the section's length: not known yet
}

// Interface describes one. Packets name it by its place among them, from 0 on.
func Interface(name string, link packet.Link) []byte {
	b := order.AppendUint16(nil, uint16(link))
	b = order.AppendUint16(b, 0)
	b = order.AppendUint32(b, 0)   // no limit to what is kept of a packet
	b = option(b, 2, []byte(name)) // if_name
	b = option(b, 9, []byte{9})    // if_tsresol: times in 10^-9 s
	return block(interfaceDescription, option(b, 0, nil))
}

// Secrets holds the lines that TLS libraries write into SSLKEYLOGFILE.
func Secrets(keys []byte) []byte {
	b := order.AppendUint32(nil, tlsKeyLog)
	b = order.AppendUint32(b, uint32(len(keys)))
	return block(decryptionSecrets, append(b, keys...))
}

// Packet is one that an interface has seen, with a comment if it is not empty.
func Packet(from int, p packet.Packet, comment string) []byte {
	var at uint64
	if !p.Time.IsZero() {
		at = uint64(p.Time.UnixNano())
	}
	b := order.AppendUint32(nil, uint32(from))
	b = order.AppendUint32(b, uint32(at>>32))
	b = order.AppendUint32(b, uint32(at))
	b = order.AppendUint32(b, uint32(len(p.Bytes)))
	b = order.AppendUint32(b, uint32(max(p.Length, len(p.Bytes))))
	b = append(b, padded(bytes.Clone(p.Bytes))...)
	if comment != "" {
		b = option(b, 1, []byte(comment)) // opt_comment
		b = option(b, 0, nil)
	}
	return block(enhancedPacket, b)
}

// block is a block of any type. Its length stands at both ends, so that a file can be read
// backwards too.
func block(kind uint32, body []byte) []byte {
	body = padded(body)
	length := uint32(12 + len(body))
	b := order.AppendUint32(nil, kind)
	b = order.AppendUint32(b, length)
	b = append(b, body...)
	return order.AppendUint32(b, length)
}

func option(b []byte, code uint16, value []byte) []byte {
	b = order.AppendUint16(b, code)
	b = order.AppendUint16(b, uint16(len(value)))
	return padded(append(b, value...)) // what stands before it is a multiple of four already
}

// padded fills up to a multiple of four bytes.
func padded(b []byte) []byte { return append(b, make([]byte, -len(b)&3)...) }
