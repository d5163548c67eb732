package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"onthewire/lessons/04-quic/initial"
	"onthewire/lessons/04-quic/initial/capture"
	"onthewire/lessons/04-quic/initial/page"
	"onthewire/lessons/04-quic/initial/picture"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/stage"
)

type bytesCommand struct {
	File string `arg:"" optional:"" help:"Datagrams in hex, one a line, with < before those of the server; - reads standard input. Without it, a handshake is made for you."`
	List bool   `xor:"as" help:"Only list the packets and their frames."`
	HTML string `name:"html" xor:"as" placeholder:"FILE" help:"Write a page for a browser, in which each byte says what it means."`
	JSON bool   `name:"json" xor:"as" help:"Print JSON: datagrams, packets, fields."`
}

// Run shows a handshake that was made just now, or one that somebody brought.
func (c bytesCommand) Run(ctx context.Context) error {
	var seen initial.Conversation
	if err := c.read(ctx, &seen); err != nil {
		return err
	}
	switch {
	case c.HTML != "":
		return c.page(&seen)
	case c.JSON:
		seen.Explain()
		return json.NewEncoder(os.Stdout).Encode(seen.Datagrams)
	}
	s := stage.New(os.Stdout)
	pen := picture.Pen{Width: s.Width()}
	lines := pen.List(&seen)
	if !c.List {
		lines = append(lines, "", "Below: offset, bytes, what they mean; at the right the RFC and its section.")
		lines = append(lines, pen.Datagrams(&seen)...)
		for _, side := range []initial.Side{initial.Client, initial.Server} {
			message, err := pen.Message(&seen, side)
			if err != nil {
				return err
			}
			lines = append(lines, message...)
		}
	}
	for _, line := range lines {
		s.Line("%s", line)
	}
	return nil
}

func (c bytesCommand) read(ctx context.Context, seen *initial.Conversation) error {
	switch c.File {
	case "":
		datagrams, err := capture.Loopback(ctx)
		if err != nil {
			return err
		}
		for i, d := range datagrams {
			if err := seen.Read(d.Data, d.From); err != nil {
				return fmt.Errorf("datagram %d, %w", i+1, err)
			}
		}
		return nil
	case "-":
		return readHex(os.Stdin, "standard input", seen)
	}
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	return readHex(file, c.File, seen)
}

// readHex reads datagrams as a person pastes them.
func readHex(from io.Reader, name string, seen *initial.Conversation) error {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<18) // more than a datagram can have
	for n := 1; lines.Scan(); n++ {
		text, side := strings.TrimSpace(lines.Text()), initial.Client
		if rest, ok := strings.CutPrefix(text, "<"); ok {
			text, side = rest, initial.Server
		}
		if text == "" || text[0] == '#' {
			continue
		}
		data, err := hex.DecodeString(strings.NewReplacer(" ", "", "\t", "", ":", "").Replace(text))
		if err != nil {
			return cli.Advise(fmt.Errorf("%s, line %d: %w", name, n, err), "a line is one datagram in hex, as Wireshark copies it (Copy as Hex Stream)")
		}
		if err := seen.Read(data, side); errors.Is(err, initial.ErrNoKeys) {
			return cli.Advise(fmt.Errorf("%s, line %d, %w", name, n, err), "put its datagram first")
		} else if err != nil {
			return fmt.Errorf("%s, line %d, %w", name, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if len(seen.Datagrams) == 0 {
		return cli.Advise(errors.New(name+" has no datagram in it"), "a line is one datagram in hex")
	}
	return nil
}

// page writes the page that stands alone.
func (c bytesCommand) page(seen *initial.Conversation) error {
	about := "Made by this program at " + time.Now().Format("2006-01-02 15:04:05") + ": its two sides met over loopback."
	if c.File != "" {
		about = "As read from " + c.File + "."
	}
	html, err := page.Of(seen, about)
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.HTML, html, 0o644); err != nil {
		return cli.NotWritten(err)
	}
	fmt.Printf("%s has the handshake, %d kB: open it in a browser\n", c.HTML, len(html)/1000)
	return nil
}
