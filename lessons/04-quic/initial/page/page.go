// Package page draws a conversation as one page of HTML that stands alone: no network, no
// other file. Each byte in it answers to pointer and keyboard.
package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"onthewire/lessons/04-quic/initial"
	"onthewire/lessons/04-quic/initial/field"
	"onthewire/lessons/04-quic/initial/hello"
	"onthewire/lessons/04-quic/initial/meaning"
)

//go:embed page.html page.css page.js
var files embed.FS

var page = template.Must(template.ParseFS(files, "page.html"))

// A view is what the template is made of.
type view struct {
	About  string
	Blocks []*block
	Fields []entry // by number, as the cells name them
	Style  template.CSS
	Script template.JS
}

// An entry is what there is to say of a field.
type entry struct {
	Path  string `json:"path"` // what it is a part of
	Name  string `json:"name"`
	Value string `json:"value,omitempty"`
	Text  string `json:"text"`
	Place string `json:"place"` // RFC and section
	URL   string `json:"url"`
	Kind  string `json:"kind"` // which of the few colours
}

// Of is the page. about says where the conversation comes from.
func Of(c *initial.Conversation, about string) ([]byte, error) {
	v := &view{About: about}
	for _, name := range []string{"page.css", "page.js"} {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if name == "page.css" {
			v.Style = template.CSS(text)
		} else {
			v.Script = template.JS(text)
		}
	}
	messages := v.messages(c)
	for i, d := range c.Datagrams {
		v.datagram(i, d, messages[d.From], c.Handshake[d.From].Pieces)
	}
	for _, side := range []initial.Side{initial.Client, initial.Server} {
		if m := messages[side]; m != nil {
			b := &block{
				ID: side.String(), Bytes: c.Handshake[side].Bytes(),
				Title: "The handshake of the " + side.String() + ", put together",
				About: "What its CRYPTO frames come to, in the order of their offsets.",
			}
			b.Wire = b.Bytes
			for at, n := range m {
				b.add(v, n, at)
			}
			v.Blocks = append(v.Blocks, b)
		}
	}
	var html bytes.Buffer
	if err := page.Execute(&html, v); err != nil {
		return nil, fmt.Errorf("write the page: %w", err)
	}
	return html.Bytes(), nil
}

// messages gives each field of TLS a number, and has by side and byte of the stream which.
func (v *view) messages(c *initial.Conversation) (of [2][]int) {
	for _, side := range []initial.Side{initial.Client, initial.Server} {
		data := c.Handshake[side].Bytes()
		fields, err := c.Hello(side)
		if err != nil || len(data) == 0 || !hello.Whole(data) {
			continue
		}
		of[side] = make([]int, len(data))
		field.Walk(fields, nil, func(around []string, f field.Field) {
			if len(f.Parts) == 0 && f.Size > 0 {
				n := v.number(around, f, "tls")
				for at := f.At; at < f.End(); at++ {
					of[side][at] = n
				}
			}
		})
	}
	return of
}

// datagram adds one. The data of a CRYPTO frame is named by the fields of TLS that are in it.
func (v *view) datagram(i int, d initial.Datagram, tls []int, pieces []initial.Piece) {
	b := &block{
		ID: fmt.Sprint("datagram", i+1), Bytes: d.Plain, Wire: d.Wire,
		Title: fmt.Sprintf("Datagram %d, from the %v", i+1, d.From),
		About: fmt.Sprintf("%d bytes", len(d.Wire)),
	}
	for j, p := range d.Packets {
		name := p.Type.String()
		if p.Opened {
			name = fmt.Sprintf("%s %d", name, p.Number)
		}
		b.About += map[bool]string{true: ": ", false: ", then "}[j == 0] + name
		field.Walk([]field.Field{p.Field}, nil, func(around []string, f field.Field) {
			if len(f.Parts) > 0 || f.Size == 0 {
				return
			}
			n := v.number(around, f, kind(f.Name, around))
			for at := f.At; at < f.End(); at++ {
				b.add(v, n, at)
			}
		})
	}
	for _, piece := range pieces {
		if piece.Datagram != i || piece.Offset >= len(tls) { // behind a gap, or TLS is not whole
			continue
		}
		copy(b.cells[piece.At:piece.At+piece.Size], tls[piece.Offset:])
	}
	v.Blocks = append(v.Blocks, b)
}

func (v *view) number(around []string, f field.Field, kind string) int {
	m := meaning.Of(append(around[:len(around):len(around)], f.Name)...)
	e := entry{
		Path: strings.Join(visible(around), " › "), Name: f.Name, Value: f.Value, Kind: kind,
		Text: m.Text, Place: fmt.Sprintf("RFC %d, section %s", m.RFC, m.Section), URL: m.URL(),
	}
	v.Fields = append(v.Fields, e)
	return len(v.Fields) - 1
}

// visible leaves out what is only there to hold others together.
func visible(around []string) []string {
	return slices.DeleteFunc(slices.Clone(around), func(name string) bool {
		return name == "Body" || name == "Data" || name == "Packet Payload" || name == "Parameter Value"
	})
}

func kind(name string, around []string) string {
	switch {
	case name == "PADDING":
		return "padding"
	case name == "Authentication Tag" || name == "Protected Payload":
		return "sealed"
	case len(around) > 1:
		return "frame"
	}
	return "header"
}
