// Package pcapng writes packets so that Wireshark and tcpdump read them
// (draft-ietf-opsawg-pcapng). Three kinds of blocks are enough for that.
package pcapng

import (
	"encoding/binary"
	"fmt"
	"io"

	"onthewire/lessons/02-socket-options/experiments/packets/decode"
)

const (
	sectionHeader        = 0x0A0D0D0A
	interfaceDescription = 1
	enhancedPacket       = 6
)

// A Writer writes the packets of one interface.
type Writer struct{ to io.Writer }

// NewWriter begins the file: a section, and in it an interface.
func NewWriter(to io.Writer, name string, link decode.Link) (*Writer, error) {
	w := &Writer{to}
	if err := w.block(sectionHeader, section()); err != nil {
		return nil, err
	}
	return w, w.block(interfaceDescription, description(name, link))
}

// order is ours to choose: the first number of a section tells readers which it is.
var order = binary.LittleEndian

func section() []byte {
	b := order.AppendUint32(nil, 0x1A2B3C4D)
	b = order.AppendUint16(b, 1) // version 1.0
	b = order.AppendUint16(b, 0)
	return order.AppendUint64(b, 1<<64-1) // the section's length: not known yet
}

func description(name string, link decode.Link) []byte {
	b := order.AppendUint16(nil, uint16(link))
	b = order.AppendUint16(b, 0)
	b = order.AppendUint32(b, 0)   // no limit to what is kept of a packet
	b = option(b, 2, []byte(name)) // if_name
	b = option(b, 9, []byte{9})    // if_tsresol: times in 10^-9 s
	return option(b, 0, nil)       // the end of the options
}

// Write adds a packet.
func (w *Writer) Write(p decode.Packet) error {
	var at uint64
	if !p.Time.IsZero() {
		at = uint64(p.Time.UnixNano())
	}
	b := order.AppendUint32(nil, 0) // of the first interface
	b = order.AppendUint32(b, uint32(at>>32))
	b = order.AppendUint32(b, uint32(at))
	b = order.AppendUint32(b, uint32(len(p.Bytes)))
	b = order.AppendUint32(b, uint32(max(p.Length, len(p.Bytes))))
	return w.block(enhancedPacket, append(b, p.Bytes...))
}

// block writes a block. Its length stands at both ends, so that a file can be read backwards
// too.
func (w *Writer) block(kind uint32, body []byte) error {
	body = padded(body)
	length := uint32(12 + len(body))
	b := order.AppendUint32(nil, kind)
	b = order.AppendUint32(b, length)
	b = append(b, body...)
	if _, err := w.to.Write(order.AppendUint32(b, length)); err != nil {
		return fmt.Errorf("write the capture: %w", err)
	}
	return nil
}

func option(b []byte, code uint16, value []byte) []byte {
	b = order.AppendUint16(b, code)
	b = order.AppendUint16(b, uint16(len(value)))
	return padded(append(b, value...)) // what stands before it is a multiple of four already
}

// padded fills up to a multiple of four bytes.
func padded(b []byte) []byte { return append(b, make([]byte, -len(b)&3)...) }
