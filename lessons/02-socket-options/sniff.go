package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"

	"onthewire/lessons/02-socket-options/sniffer"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/packet"
	"onthewire/lessons/internal/pcapng"
	"onthewire/lessons/internal/stage"
)

type sniffCommand struct {
	Iface string `default:"lo" help:"The interface to listen on."`
	Port  uint16 `help:"Only TCP and UDP with this port; 0: everything."`
	Count int    `help:"Stop after so many packets; 0: when interrupted."`
	Write string `placeholder:"FILE" help:"Write them for Wireshark, too (pcapng)."`
}

func (c sniffCommand) Run(ctx context.Context) (err error) {
	s, err := sniffer.Open(c.Iface, sniffer.Filter{Port: c.Port})
	if err != nil {
		return err
	}
	defer s.Close()
	var file *capture
	if c.Write != "" {
		if file, err = create(c.Write, c.Iface, s.Link); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, file.close()) }()
	}
	fmt.Fprintf(os.Stderr, "listening on %s\n", c.Iface)
	for n := 0; c.Count == 0 || n < c.Count; n++ {
		p, err := s.Next(ctx)
		if ctx.Err() != nil {
			break // interrupted, which is how it ends
		}
		if err != nil {
			return err
		}
		fmt.Println(packet.Line(p))
		if file != nil {
			file.packets++
			file.write(pcapng.Packet(0, p, ""))
		}
	}
	if dropped, err := s.Dropped(); err == nil && dropped > 0 {
		fmt.Fprintf(os.Stderr, "the kernel dropped %d packets: we were too slow\n", dropped)
	}
	return nil
}

// A capture is a file of packets. Its buffer keeps the first error until close.
type capture struct {
	file           *os.File
	buffer         *bufio.Writer
	packets, bytes int
}

func create(path, iface string, link packet.Link) (*capture, error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, cli.NotWritten(err)
	}
	c := &capture{file: file, buffer: bufio.NewWriter(file)}
	c.write(pcapng.Section())
	c.write(pcapng.Interface(iface, link))
	return c, nil
}

func (c *capture) write(block []byte) {
	n, _ := c.buffer.Write(block)
	c.bytes += n
}

// close says what is in the file now.
func (c *capture) close() error {
	if err := errors.Join(c.buffer.Flush(), c.file.Close()); err != nil {
		return fmt.Errorf("write %s: %w", c.file.Name(), err)
	}
	fmt.Fprintf(os.Stderr, "wrote %s packets, %s bytes, to %s; open it with wireshark %[3]s or tcpdump -r %[3]s\n",
		stage.Number(c.packets), stage.Number(c.bytes), c.file.Name())
	return nil
}
