// Package picture draws a conversation in hex, for a terminal.
package picture

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"onthewire/lessons/04-quic/initial"
	"onthewire/lessons/04-quic/initial/field"
	"onthewire/lessons/04-quic/initial/hello"
	"onthewire/lessons/04-quic/initial/meaning"
)

// A Pen has the measures of a picture.
type Pen struct {
	Width int // columns of the terminal
}

// row is how many bytes stand in one.
func (p Pen) row() int {
	if p.Width < 72 {
		return 4
	}
	return 8
}

// Datagrams draws all Initials, and of each type that cannot be opened the first packet.
func (p Pen) Datagrams(c *initial.Conversation) (lines []string) {
	drawn := map[initial.Type]bool{initial.Garbage: true}
	for i, d := range c.Datagrams {
		for j, packet := range d.Packets {
			if drawn[packet.Type] {
				continue
			}
			drawn[packet.Type] = packet.Type != initial.Initial
			lines = append(lines, "", fmt.Sprintf("DATAGRAM %d, from the %v, packet %d of %d", i+1, d.From, j+1, len(d.Packets)))
			lines = append(lines, p.packet(d, packet)...)
		}
	}
	return lines
}

func (p Pen) packet(d initial.Datagram, packet initial.Packet) []string {
	title := packet.Name
	if packet.Opened {
		title = fmt.Sprintf("%s %d", title, packet.Number)
	}
	lines := []string{p.right(fmt.Sprintf("%s, %d bytes", title, packet.Size), meaning.Of(packet.Name).Short())}
	for _, f := range packet.Parts {
		switch {
		case f.Name == "Packet Payload":
			wire := d.Wire[f.At:min(f.At+p.row(), f.End())]
			lines = append(lines, p.line(f.At, digits(wire), "on the wire, and opened:"))
			lines = append(lines, p.fields(d.Plain, f.Parts, []string{packet.Name}, 1)...)
		case packet.Opened && (f.Name == "First Byte" || f.Name == "Packet Number"):
			f.Value += fmt.Sprintf("; on the wire %s", digits(d.Wire[f.At:f.End()]))
			fallthrough
		default:
			lines = append(lines, p.fields(d.Plain, []field.Field{f}, []string{packet.Name}, 0)...)
		}
	}
	return lines
}

// Message draws what the CRYPTO frames of one side come to, and says which they were.
func (p Pen) Message(c *initial.Conversation, side initial.Side) (lines []string, err error) {
	stream := &c.Handshake[side]
	if len(stream.Pieces) == 0 {
		return nil, nil
	}
	if !hello.Whole(stream.Bytes()) {
		return []string{"", fmt.Sprintf("The TLS message of the %v goes on in another datagram.", side)}, nil
	}
	fields, err := c.Hello(side)
	if err != nil {
		return nil, fmt.Errorf("TLS of the %v: %w", side, err)
	}
	for _, f := range fields {
		title := fmt.Sprintf("%s, %d bytes, put together from", strings.ToUpper(f.Name), f.Size)
		lines = append(lines, "", p.right(title, meaning.Of(f.Name).Short()))
		for _, piece := range stream.Pieces {
			lines = append(lines, fmt.Sprintf("  bytes %d to %d, at %d of datagram %d", piece.Offset, piece.Offset+piece.Size, piece.At, piece.Datagram+1))
		}
		lines = append(lines, p.fields(stream.Bytes(), f.Parts, []string{f.Name}, 0)...)
	}
	return lines, nil
}

// right puts something at the right margin, if there is room for it.
func (p Pen) right(text, end string) string {
	if space := p.Width - count(text) - count(end); space > 0 {
		return text + strings.Repeat(" ", space) + end
	}
	return text
}

func digits(data []byte) string { return fmt.Sprintf("% x", data) }

func count(text string) int { return utf8.RuneCountInString(text) }
