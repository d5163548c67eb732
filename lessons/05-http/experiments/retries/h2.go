package retries

import (
	"bytes"
	"io"
	"net"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

func (s *server) speakHTTP2(conn net.Conn) {
	if _, err := io.ReadFull(conn, make([]byte, len(http2.ClientPreface))); err != nil {
		return
	}
	framer := http2.NewFramer(conn, conn)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	framer.WriteSettings()
	tested := make(map[uint32]bool)
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return
		}
		var ended bool
		switch f := frame.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() {
				framer.WriteSettingsAck()
			}
		case *http2.PingFrame:
			framer.WritePing(true, f.Data)
		case *http2.MetaHeadersFrame:
			tested[f.StreamID], ended = f.PseudoValue("path") == "/tested", f.StreamEnded()
		case *http2.DataFrame:
			ended = f.StreamEnded()
		}
		if id := frame.Header().StreamID; ended && !s.misbehave(framer, id, tested[id]) {
			return
		}
	}
}

// misbehave answers a stream, or does what its fault says. It returns false to close.
func (s *server) misbehave(framer *http2.Framer, id uint32, tested bool) bool {
	status := "200"
	if tested && s.tested.Add(1) == 1 {
		switch s.fault {
		case closes:
			return false
		case refuses:
			framer.WriteRSTStream(id, http2.ErrCodeRefusedStream)
			return true
		case goesAway:
			framer.WriteGoAway(id-2, http2.ErrCodeNo, nil)
			return true
		case busy:
			status = "503"
		}
	}
	var block bytes.Buffer
	hpack.NewEncoder(&block).WriteField(hpack.HeaderField{Name: ":status", Value: status})
	framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block.Bytes(), EndStream: true, EndHeaders: true})
	return true
}
