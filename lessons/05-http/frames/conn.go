// Package frames is a client that speaks HTTP/2 itself, a frame at a time (RFC 9113), and
// shows each frame of both sides to somebody.
//
// Read it in this order: ask.go (a request and its answer), conn.go (the connection around
// it), dial.go (how one gets there), frame.go and words.go (what a frame says), stall.go (two
// downloads, and who may go on), goodbye.go (how a connection ends, also by a mistake).
package frames

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// What a client that says nothing allows the server (RFC 9113, sections 6.5.2 and 6.9.2).
const (
	MaxFrame = 16_384 // bytes in a frame
	Window   = 65_535 // bytes of DATA on a stream, and on all of them together
)

// MaxFields is how many bytes we take as the fields of one answer, counted as in RFC 9113,
// section 6.5.2.
const MaxFields = 64 << 10

// A Conn is the client's side of one connection. It serves one goroutine.
type Conn struct {
	Scheme, Authority string // of what we ask for

	ctx      context.Context
	conn     net.Conn
	framer   *http2.Framer
	next     uint32 // the stream of the next request
	block    bytes.Buffer
	fields   *hpack.Encoder
	incoming bytes.Buffer // of the frame that is being read
	watch    watch
	stop     func() bool
}

// Start says what a client has to say first, and lets see have a look at every frame, which
// may be nil. The connection closes when ctx ends.
func Start(ctx context.Context, conn net.Conn, see func(Frame)) (*Conn, error) {
	c := &Conn{Scheme: "http", Authority: conn.RemoteAddr().String(), ctx: ctx, conn: conn, next: 1, watch: watch{see: see}}
	c.framer = http2.NewFramer(writer{c}, io.TeeReader(bufio.NewReader(conn), &c.incoming))
	c.framer.SetMaxReadFrameSize(MaxFrame)
	c.framer.MaxHeaderListSize = MaxFields
	c.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	c.fields = hpack.NewEncoder(&c.block)
	c.stop = context.AfterFunc(ctx, func() { conn.Close() })
	_, err := io.WriteString(writer{c}, http2.ClientPreface)
	if err == nil {
		err = c.framer.WriteSettings(http2.Setting{ID: http2.SettingEnablePush, Val: 0})
	}
	if err != nil {
		conn.Close()
		return nil, c.failed("begin", err)
	}
	return c, nil
}

// A writer sends whole frames, since a Framer writes each at once.
type writer struct{ *Conn }

func (w writer) Write(octets []byte) (int, error) {
	w.watch.saw(Client, octets)
	return w.conn.Write(octets)
}

// read waits for a frame. It answers SETTINGS and PING, and takes it for an error when
// RST_STREAM or GOAWAY says that the stream we wait for has no answer.
func (c *Conn) read(stream uint32) (http2.Frame, error) {
	frame, err := c.framer.ReadFrame()
	c.watch.saw(Server, c.incoming.Bytes())
	c.incoming.Reset()
	if err != nil {
		return nil, c.mistake(err)
	}
	switch f := frame.(type) {
	case *http2.SettingsFrame:
		if f.IsAck() {
			break
		}
		if size, ok := f.Value(http2.SettingHeaderTableSize); ok {
			c.fields.SetMaxDynamicTableSizeLimit(size)
		}
		err = c.framer.WriteSettingsAck()
	case *http2.PingFrame:
		if !f.IsAck() {
			err = c.framer.WritePing(true, f.Data)
		}
	}
	if err != nil {
		return nil, c.failed("write a frame", err)
	}
	return frame, over(frame, stream)
}

// failed says what was being done when the connection failed.
func (c *Conn) failed(doing string, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the server has closed the connection")
	}
	return fmt.Errorf("%s: %w", doing, cmp.Or(context.Cause(c.ctx), err))
}

// Close closes the connection without a word. Goodbye says one first.
func (c *Conn) Close() error {
	c.stop()
	return c.conn.Close()
}
