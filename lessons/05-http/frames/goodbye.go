package frames

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/net/http2"
)

// A Reset is why one stream has no answer, or half of one. The connection goes on.
type Reset struct {
	Stream uint32
	Code   http2.ErrCode
}

func (r *Reset) Error() string {
	return fmt.Sprintf("stream %d: the server reset it: RST_STREAM with %v", r.Stream, r.Code)
}

// Away is a server that answers no stream after Last any more. What had a greater number it
// has not begun, so it may be asked for again elsewhere (RFC 9113, section 6.8).
type Away struct {
	Stream, Last uint32
	Code         http2.ErrCode
	Debug        string
}

func (a *Away) Error() string {
	debug := ""
	if a.Debug != "" {
		debug = fmt.Sprintf(", %q", a.Debug)
	}
	return fmt.Sprintf("stream %d: the server goes away: GOAWAY with %v%s, and it answers streams up to %d", a.Stream, a.Code, debug, a.Last)
}

// over is why a stream has no answer any more, if it is so.
func over(frame http2.Frame, stream uint32) error {
	switch f := frame.(type) {
	case *http2.RSTStreamFrame:
		if f.StreamID == stream {
			return &Reset{stream, f.ErrCode}
		}
	case *http2.GoAwayFrame:
		if f.LastStreamID < stream || f.ErrCode != http2.ErrCodeNo {
			return &Away{stream, f.LastStreamID, f.ErrCode, strings.ToValidUTF8(string(f.DebugData()), "?")}
		}
	}
	return nil
}

// A Mistake is what a server must not send. It costs the connection (RFC 9113, section 5.4.1)
// or the stream (5.4.2).
type Mistake struct {
	What string
	Code http2.ErrCode
}

func (m *Mistake) Error() string {
	return fmt.Sprintf("the server's mistake: %s (%v)", m.What, m.Code)
}

// mistake says what was wrong, to the server too.
func (c *Conn) mistake(err error) error {
	m := &Mistake{What: err.Error()}
	if detail := c.framer.ErrorDetail(); detail != nil {
		m.What = detail.Error()
	}
	switch wrong, _ := errors.AsType[http2.ConnectionError](err); {
	case strings.Contains(err.Error(), "looked like an HTTP/1.1 header"): // x/net has no name for it
		m.What, m.Code = "it answers in HTTP/1.1", http2.ErrCodeProtocol
	case errors.Is(err, http2.ErrFrameTooLarge):
		m.What, m.Code = fmt.Sprintf("a frame of more than the %d bytes of SETTINGS_MAX_FRAME_SIZE", MaxFrame), http2.ErrCodeFrameSize
	case wrong != 0:
		m.Code = http2.ErrCode(wrong)
	default:
		stream, ok := errors.AsType[http2.StreamError](err)
		if !ok {
			return c.failed("read a frame", err)
		}
		m.Code = stream.Code
	}
	c.framer.WriteGoAway(0, m.Code, nil) // the last that it hears of us; if it does not, so be it
	return m
}

// Goodbye tells the server that we want no more of it, and closes the connection.
func (c *Conn) Goodbye() error {
	defer c.Close()
	if err := c.framer.WriteGoAway(0, http2.ErrCodeNo, nil); err != nil { // 0: the server opened no stream
		return c.failed("say goodbye", err)
	}
	return nil
}
