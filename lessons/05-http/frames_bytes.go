package main

import (
	"fmt"
	"net/url"
	"strings"

	"onthewire/lessons/05-http/frames"
	"onthewire/lessons/05-http/frames/octets"
)

// bytes asks the same twice, and says what each byte is for.
func (c *conversation) bytes(dial dialer, at *url.URL) error {
	readers := map[frames.Side]*octets.Reader{frames.Client: octets.NewReader(), frames.Server: octets.NewReader()}
	var sizes []int
	conn, err := dial(func(f frames.Frame) {
		c.frame(f)
		if f.Type == frames.Preface {
			c.rows(f.Octets, []octets.Field{{Name: "24 bytes that no server of HTTP/1.1 takes for a request", RFC: "9113 3.4", Size: len(f.Octets)}}, 0)
			return
		}
		if f.From == frames.Client && f.Type == "HEADERS" {
			sizes = append(sizes, len(f.Octets))
		}
		fields, err := readers[f.From].Frame(f.Octets)
		c.rows(f.Octets, fields, 0)
		if err != nil {
			c.Line("  %v", err)
		}
	})
	if err != nil {
		return err
	}
	defer conn.Close()
	for range 2 {
		if _, err := conn.Ask(at.RequestURI()); err != nil {
			return fmt.Errorf("ask %s: %w", at, err)
		}
	}
	if err := conn.Goodbye(); err != nil {
		return err
	}
	head := len(fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: onthewire\r\n\r\n", at.RequestURI(), at.Host))
	c.Line("")
	c.Line("  %-34s%8s%8s", "the same request, bytes", "first", "second")
	c.Line("  %-34s%8d%8d", "HTTP/1.1", head, head)
	c.Line("  %-34s%8d%8d", "HTTP/2", sizes[0], sizes[1])
	return nil
}

const (
	bytesInRow = 6
	mostRows   = 4
)

// rows shows fields with their bytes, those that have parts by these.
func (c *conversation) rows(data []byte, fields []octets.Field, depth int) {
	for _, f := range fields {
		if f.Size == 0 {
			continue
		}
		says := strings.Repeat("  ", depth) + f.Name
		if f.Value != "" {
			says += ": " + f.Value
		}
		if len(f.Parts) > 0 {
			c.octets(f.At, nil, says, f.RFC)
			c.rows(data, f.Parts, depth+1)
			continue
		}
		octets := data[f.At : f.At+f.Size]
		for row := 0; row == 0 || row*bytesInRow < len(octets); row++ {
			if row == mostRows {
				c.octets(-1, nil, fmt.Sprintf("and %d bytes more", len(octets)-row*bytesInRow), "")
				break
			}
			c.octets(f.At+row*bytesInRow, octets[row*bytesInRow:min(len(octets), (row+1)*bytesInRow)], says, f.RFC)
			says, f.RFC = "", ""
		}
	}
}

// octets is a row: offset, bytes, what they mean, RFC and section. What is too long for it
// goes on below.
func (c *conversation) octets(at int, octets []byte, says, rfc string) {
	const column = 26 // where the meaning begins
	width := max(24, min(c.Width(), widestShow)-column-len("  7541 6.2.1"))
	offset := fmt.Sprint(at)
	if octets == nil {
		offset = ""
	}
	indent := len(says) - len(strings.TrimLeft(says, " "))
	lines := packed(strings.Fields(says), width-indent)
	for i, line := range lines {
		row := fmt.Sprintf("  %4s  %-16s  %s", offset, fmt.Sprintf("% x", octets), strings.Repeat(" ", indent)+line)
		if i == 0 && !c.narrow() {
			row += fmt.Sprintf("%*s", widestShow-len(row), rfc)
		}
		c.Line("%s", strings.TrimRight(row, " "))
		offset, octets = "", nil
	}
}
