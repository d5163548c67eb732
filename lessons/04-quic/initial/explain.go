package initial

import (
	"onthewire/lessons/04-quic/initial/field"
	"onthewire/lessons/04-quic/initial/hello"
)

// Hello is what a side's CRYPTO frames come to: a ClientHello or a ServerHello. Its offsets
// are those of the stream.
func (c *Conversation) Hello(from Side) ([]field.Field, error) {
	return hello.Read(c.Handshake[from].Bytes())
}

// Explain gives the data of each CRYPTO frame the parts of TLS that travelled in it. A field
// that was cut has a part in two frames. Where the message is not whole, frames stay as they are.
func (c *Conversation) Explain() {
	for _, side := range []Side{Client, Server} {
		tls, err := c.Hello(side)
		if err != nil {
			continue
		}
		for _, piece := range c.Handshake[side].Pieces {
			if piece.Size == 0 {
				continue
			}
			parts := field.Cut(tls, piece.Offset, piece.Offset+piece.Size, piece.At)
			for i := range c.Datagrams[piece.Datagram].Packets {
				place(c.Datagrams[piece.Datagram].Packets[i].Parts, piece, parts)
			}
		}
	}
}

func place(fields []field.Field, piece Piece, parts []field.Field) {
	for i := range fields {
		if f := &fields[i]; f.Name == cryptoData && f.At == piece.At && f.Size == piece.Size {
			f.Parts = parts
		} else if f.At <= piece.At && piece.At < f.End() {
			place(f.Parts, piece, parts)
		}
	}
}
