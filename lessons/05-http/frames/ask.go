package frames

import (
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// MaxBody is how much of an answer's body we take, in bytes.
const MaxBody = 16 << 20

// An Answer is what came on one stream.
type Answer struct {
	Fields []hpack.HeaderField // :status first, trailers last
	Body   []byte
}

// Ask sends a request, and reads frames until the server has ended its stream.
func (c *Conn) Ask(path string) (*Answer, error) {
	stream := c.next
	c.next += 2 // a client's are odd (RFC 9113, section 5.1.1)
	if err := c.framer.WriteHeaders(c.get(stream, path)); err != nil {
		return nil, c.failed("ask", err)
	}
	answer := &Answer{}
	for ended := false; !ended; {
		frame, err := c.read(stream)
		if err != nil {
			return nil, err
		}
		switch f := frame.(type) {
		case *http2.MetaHeadersFrame: // HEADERS and the CONTINUATIONs behind it, decoded
			answer.Fields = append(answer.Fields, f.Fields...)
			ended = f.StreamEnded()
		case *http2.DataFrame:
			answer.Body = append(answer.Body, f.Data()...)
			ended = f.StreamEnded()
			if err := c.giveBack(f, len(answer.Body)); err != nil && !ended {
				return nil, err
			}
		}
	}
	return answer, nil
}

// get is a request in a single frame. It has no body, so it ends our direction too.
func (c *Conn) get(stream uint32, path string) http2.HeadersFrameParam {
	c.block.Reset()
	for _, f := range []hpack.HeaderField{
		{Name: ":method", Value: "GET"}, {Name: ":scheme", Value: c.Scheme},
		{Name: ":authority", Value: c.Authority}, {Name: ":path", Value: path},
		{Name: "user-agent", Value: "onthewire"},
	} {
		c.fields.WriteField(f) // into c.block, whose Write never fails
	}
	return http2.HeadersFrameParam{StreamID: stream, BlockFragment: c.block.Bytes(), EndHeaders: true, EndStream: true}
}
