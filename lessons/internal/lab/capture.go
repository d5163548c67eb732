package lab

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"sync"
)

// captureLimit bounds the packets that a capture keeps in memory, in bytes.
const captureLimit = 256 << 20

// A Capture collects the packets of a link and the keys of its TLS connections, and writes
// them as a file that Wireshark opens decrypted: pcapng
// (draft-ietf-opsawg-pcapng). The keys come first in the file, since Wireshark decrypts as
// it reads, but a client knows them last; so nothing is written before Close.
type Capture struct {
	to     io.Writer
	remove func()

	mu      sync.Mutex
	keys    bytes.Buffer
	packets bytes.Buffer
	missing int
}

// Capture begins to collect. Each packet is recorded once, as it leaves its host; one that
// does not arrive carries a comment that says why.
func (l *Link) Capture(to io.Writer) *Capture {
	c := &Capture{to: to}
	c.remove = l.Tap(c.add)
	return c
}

// KeyLog is what belongs into tls.Config.KeyLogWriter, of either side.
func (c *Capture) KeyLog() io.Writer { return (*keyLog)(c) }

type keyLog Capture

func (k *keyLog) Write(line []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.keys.Write(line)
}

func (c *Capture) add(p Packet) {
	comment := ""
	if p.Fate != Delivered {
		comment = p.Fate.String() + " by the lab"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.packets.Len()+len(p.IP) > captureLimit {
		c.missing++
		return
	}
	c.packets.Write(packetBlock(p, comment))
}

// Close stops the collection and writes the file.
func (c *Capture) Close() error {
	c.remove()
	c.mu.Lock()
	defer c.mu.Unlock()
	file := [][]byte{sectionBlock(), interfaceBlock("client"), interfaceBlock("server")}
	if c.keys.Len() > 0 {
		file = append(file, secretsBlock(c.keys.Bytes()))
	}
	for _, part := range append(file, c.packets.Bytes()) {
		if _, err := c.to.Write(part); err != nil {
			return fmt.Errorf("lab: write the capture: %w", err)
		}
	}
	if c.missing > 0 {
		return fmt.Errorf("lab: the capture was full at %d MiB: the last %d packets are not in it", captureLimit>>20, c.missing)
	}
	return nil
}

// The blocks of pcapng, by their numbers in section 4 and 10.1 of the draft.
const (
	sectionHeader        = 0x0A0D0D0A
	interfaceDescription = 1
	enhancedPacket       = 6
	decryptionSecrets    = 10

	rawIP     = 101        // LINKTYPE_RAW: a packet begins with its IP header
	tlsKeyLog = 0x544c534b // "TLSK": what SSLKEYLOGFILE holds
)

var order = binary.LittleEndian

// block is a block of any type: its length stands at both ends, so that a reader can go
// backwards too.
func block(kind uint32, body []byte) []byte {
	body = padded(body)
	size := uint32(12 + len(body))
	b := order.AppendUint32(nil, kind)
	b = order.AppendUint32(b, size)
	b = append(b, body...)
	return order.AppendUint32(b, size)
}

// padded fills up to a multiple of four bytes.
func padded(b []byte) []byte { return append(b, make([]byte, -len(b)&3)...) }

func option(b []byte, code uint16, value []byte) []byte {
	b = order.AppendUint16(b, code)
	b = order.AppendUint16(b, uint16(len(value)))
	return append(b, padded(bytes.Clone(value))...)
}

func sectionBlock() []byte {
	b := order.AppendUint32(nil, 0x1A2B3C4D) // whoever reads it sees the byte order
	b = order.AppendUint16(b, 1)             // version 1.0
	b = order.AppendUint16(b, 0)
	return block(sectionHeader, order.AppendUint64(b, 1<<64-1)) // the section's length: not given
}

func interfaceBlock(name string) []byte {
	b := order.AppendUint16(nil, rawIP)
	b = order.AppendUint16(b, 0)
	b = order.AppendUint32(b, 0)   // no limit to what is kept of a packet
	b = option(b, 2, []byte(name)) // if_name
	b = option(b, 9, []byte{9})    // if_tsresol: times in 10^-9 s
	return block(interfaceDescription, option(b, 0, nil))
}

// secretsBlock holds the lines that TLS libraries write into SSLKEYLOGFILE.
func secretsBlock(keys []byte) []byte {
	b := order.AppendUint32(nil, tlsKeyLog)
	b = order.AppendUint32(b, uint32(len(keys)))
	return block(decryptionSecrets, append(b, keys...))
}

func packetBlock(p Packet, comment string) []byte {
	from := uint32(1)
	if p.ToServer {
		from = 0
	}
	at := uint64(p.Sent.UnixNano())
	b := order.AppendUint32(nil, from)
	b = order.AppendUint32(b, uint32(at>>32))
	b = order.AppendUint32(b, uint32(at))
	b = order.AppendUint32(b, uint32(len(p.IP))) // kept
	b = order.AppendUint32(b, uint32(len(p.IP))) // sent
	b = append(b, padded(bytes.Clone(p.IP))...)
	if comment != "" {
		b = option(b, 1, []byte(comment)) // opt_comment
		b = option(b, 0, nil)
	}
	return block(enhancedPacket, b)
}
