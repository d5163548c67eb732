package lab

import (
	"bytes"
	"fmt"
	"io"
	"sync"

	"onthewire/lessons/internal/packet"
	"onthewire/lessons/internal/pcapng"
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
	comment, from := "", 1
	if p.ToServer {
		from = 0
	}
	if p.Fate != Delivered {
		comment = p.Fate.String() + " by the lab"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.packets.Len()+len(p.Bytes) > captureLimit {
		c.missing++
		return
	}
	c.packets.Write(pcapng.Packet(from, p.Packet, comment))
}

// Close stops the collection and writes the file.
func (c *Capture) Close() error {
	c.remove()
	c.mu.Lock()
	defer c.mu.Unlock()
	file := [][]byte{pcapng.Section(), pcapng.Interface("client", packet.RawIP), pcapng.Interface("server", packet.RawIP)}
	if c.keys.Len() > 0 {
		file = append(file, pcapng.Secrets(c.keys.Bytes()))
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
