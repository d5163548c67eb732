package picture

import (
	"fmt"
	"strings"

	"onthewire/lessons/04-quic/initial"
	"onthewire/lessons/04-quic/initial/field"
)

// List has a line for each datagram: what packets are in it, and what frames in these.
func (p Pen) List(c *initial.Conversation) (lines []string) {
	for i, d := range c.Datagrams {
		var packets []string
		for _, packet := range d.Packets {
			text := packet.Type.String()
			if packet.Opened {
				text = fmt.Sprintf("%s %d: %s", text, packet.Number, strings.Join(frames(packet), ", "))
			}
			packets = append(packets, text)
		}
		head := fmt.Sprintf("%3d  %v %5d  ", i+1, d.From, len(d.Wire))
		lines = append(lines, p.hang(head, strings.Join(packets, "; "))...)
	}
	if text := name(c); text != "" {
		lines = append(lines, "")
		lines = append(lines, p.hang("", text)...)
	}
	return lines
}

// hang puts text behind a head, and what does not fit below it.
func (p Pen) hang(head, text string) (lines []string) {
	line := head
	for i, word := range strings.Fields(text) {
		if i > 0 && count(line)+1+count(word) > p.Width {
			lines = append(lines, line)
			line = strings.Repeat(" ", count(head))
		}
		if strings.TrimSpace(line) != "" && line != head {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

func frames(packet initial.Packet) (texts []string) {
	for _, part := range packet.Parts {
		if part.Name != "Packet Payload" {
			continue
		}
		for _, f := range part.Parts {
			switch f.Name {
			case "CRYPTO":
				f.Name += strings.TrimSuffix(strings.TrimPrefix(last(f).Value, "bytes"), " of the handshake")
			case "ACK":
				f.Name += ranges(f)
			case "PADDING":
				f.Name += fmt.Sprintf(" %d", f.Size)
			}
			texts = append(texts, f.Name)
		}
	}
	return texts
}

func last(f field.Field) field.Field { return f.Parts[len(f.Parts)-1] }

// ranges are the packets that an ACK says have come.
func ranges(f field.Field) (text string) {
	for _, part := range f.Parts {
		if came, ok := strings.CutSuffix(part.Value, " came"); ok {
			text += strings.TrimPrefix(strings.TrimPrefix(came, "packets"), "packet")
		}
	}
	return text
}

// name tells in which datagrams the name of the server travelled, piece by piece.
func name(c *initial.Conversation) string {
	fields, err := c.Hello(initial.Client)
	if err != nil {
		return ""
	}
	stream := &c.Handshake[initial.Client]
	var pieces []string
	for _, f := range field.Leaves(fields) {
		if f.Name != "HostName" {
			continue
		}
		told := f.At
		for told < f.End() {
			next := told
			for _, piece := range stream.Pieces {
				if piece.Offset <= told && told < piece.Offset+piece.Size {
					next = min(f.End(), piece.Offset+piece.Size)
					pieces = append(pieces, fmt.Sprintf("%+q in datagram %d", stream.Bytes()[told:next], piece.Datagram+1))
					break
				}
			}
			told = next
		}
	}
	if len(pieces) == 0 {
		return ""
	}
	return "The server's name, for anybody to read: " + strings.Join(pieces, ", ") + "."
}
