package frames

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"onthewire/lessons/05-http/frames/local"
	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/leak"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// within is a context for tests that talk over real sockets.
func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func serve(t *testing.T) *local.Server {
	t.Helper()
	s, err := local.Start(t.Context(), local.Handler())
	must(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

func TestAConversationHasEveryFrameOfBothSides(t *testing.T) {
	leak.Check(t)
	s := serve(t)
	for _, at := range []string{"https", "http"} {
		url := s.TLS
		if at == "http" {
			url = s.Clear
		}
		var said []string
		conn, err := Dial(within(t), url, s.Roots, func(f Frame) {
			said = append(said, strings.TrimSpace(f.From.String()+" "+f.Type+" "+strings.Join(f.Flags, " ")))
		})
		must(t, err)
		answer, err := conn.Ask("/")
		must(t, err)
		must(t, conn.Goodbye())
		if string(answer.Body) != "hello, wire\n" || answer.Fields[0] != (hpack.HeaderField{Name: ":status", Value: "200"}) {
			t.Errorf("%s: %q, %v", at, answer.Body, answer.Fields)
		}
		want := "client preface, client SETTINGS, client HEADERS END_STREAM END_HEADERS, server SETTINGS, client SETTINGS ACK, " +
			"server SETTINGS ACK, server HEADERS END_HEADERS, server DATA END_STREAM, client WINDOW_UPDATE, client GOAWAY"
		if got := strings.Join(said, ", "); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", at, got, want)
		}
	}
}

func TestABodyOfManyWindowsComesWhole(t *testing.T) {
	s := serve(t)
	conn, err := Dial(within(t), s.Clear, nil, nil)
	must(t, err)
	defer conn.Close()
	answer, err := conn.Ask("/bytes?n=1000000")
	must(t, err)
	if len(answer.Body) != 1_000_000 {
		t.Errorf("%d bytes", len(answer.Body))
	}
}

func TestTheSecondOfTwoEqualRequestsIsFiveBytes(t *testing.T) {
	s := serve(t)
	var lengths []int
	conn, err := Dial(within(t), s.Clear, nil, func(f Frame) {
		if f.From == Client && f.Type == "HEADERS" {
			lengths = append(lengths, f.Length)
		}
	})
	must(t, err)
	defer conn.Close()
	for range 2 {
		_, err := conn.Ask("/")
		must(t, err)
	}
	if lengths[0] < 20 || lengths[1] != 5 { // a byte for each of its five fields
		t.Errorf("the field blocks have %v bytes", lengths)
	}
}

func TestAServerWithoutHTTP2IsNotTalkedTo(t *testing.T) {
	authority, err := devcert.New()
	must(t, err)
	certificate, err := authority.Certificate()
	must(t, err)
	for _, speaks := range [][]string{nil, {"http/1.1"}} { // the one says nothing, the other refuses
		listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: speaks})
		must(t, err)
		defer listener.Close()
		go func() {
			if conn, err := listener.Accept(); err == nil {
				conn.(*tls.Conn).Handshake()
				conn.Close()
			}
		}()
		_, err = Dial(within(t), &url.URL{Scheme: "https", Host: listener.Addr().String()}, authority.Pool(), nil)
		if !errors.Is(err, ErrNoHTTP2) {
			t.Errorf("it speaks %v: %v", speaks, err)
		}
	}
}

func TestAStrangersCertificateIsRefused(t *testing.T) {
	s, other := serve(t), serve(t)
	_, err := Dial(within(t), s.TLS, other.Roots, nil)
	if err == nil || !strings.Contains(err.Error(), "unknown authority") {
		t.Errorf("%v", err)
	}
}

func TestAStreamWithoutWindowHoldsUpNoOther(t *testing.T) {
	s := serve(t)
	conn, err := Dial(within(t), s.Clear, nil, nil)
	must(t, err)
	defer conn.Close()
	got, err := conn.Stall("/bytes?n=300000", false)
	must(t, err)
	if got.Unread != Window || got.Read != 300_000 {
		t.Errorf("%+v", got)
	}
}

func TestAConnectionWithoutWindowHoldsUpAll(t *testing.T) {
	s := serve(t)
	conn, err := Dial(within(t), s.Clear, nil, nil)
	must(t, err)
	defer conn.Close()
	got, err := conn.Stall("/bytes?n=1000000", true)
	must(t, err)
	if got.Unread != Window || got.Read != 0 || got.Released != 1_000_000 {
		t.Errorf("%+v", got)
	}
}

// asks plays a server that reads the preface and the request, answers with some bytes and
// hangs up. It returns what the client makes of it, and which frames it sent.
func asks(t *testing.T, answer func(*http2.Framer, net.Conn)) (*Answer, string, error) {
	t.Helper()
	here, there := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer there.Close()
		io.ReadFull(there, make([]byte, len(http2.ClientPreface)))
		framer := http2.NewFramer(there, there)
		framer.AllowIllegalWrites = true
		for range 2 { // SETTINGS, HEADERS
			framer.ReadFrame()
		}
		go io.Copy(io.Discard, there) // a pipe holds nothing
		answer(framer, there)
	}()
	var said []string
	conn, err := Start(within(t), here, func(f Frame) {
		if f.From == Client {
			said = append(said, strings.Join(append([]string{f.Type}, f.Says...), " "))
		}
	})
	must(t, err)
	got, err := conn.Ask("/")
	conn.Close()
	<-done
	return got, strings.Join(said[3:], ", "), err
}

func fields(of ...string) []byte {
	var block bytes.Buffer
	e := hpack.NewEncoder(&block)
	for i := 0; i < len(of); i += 2 {
		e.WriteField(hpack.HeaderField{Name: of[i], Value: of[i+1]})
	}
	return block.Bytes()
}

func TestAServersMistakeIsSaidInOneLineAndToTheServer(t *testing.T) {
	ok := http2.HeadersFrameParam{StreamID: 1, BlockFragment: fields(":status", "200"), EndHeaders: true}
	for name, c := range map[string]struct {
		answer func(*http2.Framer, net.Conn)
		want   string
		says   string // the client, to the server
	}{
		"GOAWAY before the answer": {
			func(f *http2.Framer, _ net.Conn) {
				f.WriteGoAway(0, http2.ErrCodeEnhanceYourCalm, []byte("too_many_pings"))
			},
			`stream 1: the server goes away: GOAWAY with ENHANCE_YOUR_CALM, "too_many_pings", and it answers streams up to 0`, "",
		},
		"RST_STREAM in the middle": {
			func(f *http2.Framer, _ net.Conn) {
				f.WriteHeaders(ok)
				f.WriteRSTStream(1, http2.ErrCodeInternal)
			},
			"stream 1: the server reset it: RST_STREAM with INTERNAL_ERROR", "",
		},
		"a frame that is too large": {
			func(f *http2.Framer, _ net.Conn) {
				f.WriteHeaders(ok)
				f.WriteData(1, true, make([]byte, MaxFrame+1))
			},
			"the server's mistake: a frame of more than the 16384 bytes of SETTINGS_MAX_FRAME_SIZE (FRAME_SIZE_ERROR)",
			"GOAWAY last stream 0 FRAME_SIZE_ERROR",
		},
		"HEADERS on stream 0": {
			func(f *http2.Framer, _ net.Conn) {
				f.WriteRawFrame(http2.FrameHeaders, http2.FlagHeadersEndHeaders, 0, ok.BlockFragment)
			},
			"the server's mistake: HEADERS frame with stream ID 0 (PROTOCOL_ERROR)",
			"GOAWAY last stream 0 PROTOCOL_ERROR",
		},
		"a :status after a field": {
			func(f *http2.Framer, _ net.Conn) {
				f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: fields("a", "b", ":status", "200"), EndHeaders: true})
			},
			"the server's mistake: pseudo header field after regular (PROTOCOL_ERROR)", "GOAWAY last stream 0 PROTOCOL_ERROR",
		},
		"no HPACK": {
			func(f *http2.Framer, _ net.Conn) {
				f.WriteRawFrame(http2.FrameHeaders, http2.FlagHeadersEndHeaders, 1, []byte{0x80})
			},
			"the server's mistake: connection error: COMPRESSION_ERROR (COMPRESSION_ERROR)", "GOAWAY last stream 0 COMPRESSION_ERROR",
		},
		"HTTP/1.1": {
			func(_ *http2.Framer, conn net.Conn) { io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\n\r\n") },
			"the server's mistake: it answers in HTTP/1.1 (PROTOCOL_ERROR)", "GOAWAY last stream 0 PROTOCOL_ERROR",
		},
		"a close in the middle of a frame": {
			func(_ *http2.Framer, conn net.Conn) { conn.Write([]byte{0, 0, 9, 0}) },
			"read a frame: the server has closed the connection", "",
		},
		"a close before the body": {
			func(f *http2.Framer, _ net.Conn) { f.WriteHeaders(ok) },
			"read a frame: the server has closed the connection", "",
		},
	} {
		_, said, err := asks(t, c.answer)
		if err == nil || err.Error() != c.want || said != c.says {
			t.Errorf("%s:\n%v\nand to the server %q; want\n%s\n%q", name, err, said, c.want, c.says)
		}
	}
}

func TestAServerThatGoesAwayMayFinishFirst(t *testing.T) {
	got, _, err := asks(t, func(f *http2.Framer, _ net.Conn) {
		f.WriteGoAway(1, http2.ErrCodeNo, nil)
		f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: fields(":status", "200"), EndHeaders: true})
		f.WriteData(1, true, []byte("still"))
	})
	if err != nil || string(got.Body) != "still" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestFieldsThatNeverEndEndTheConnection(t *testing.T) {
	sent := 0
	_, _, err := asks(t, func(f *http2.Framer, _ net.Conn) {
		piece := fields("a", strings.Repeat("\x01", 8000)) // a letter that has a long code stays plain
		err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: fields(":status", "200")})
		for ; err == nil && sent < 1000; sent++ {
			err = f.WriteContinuation(1, false, piece)
		}
	})
	if mistake, ok := errors.AsType[*Mistake](err); !ok || mistake.Code != http2.ErrCodeProtocol || sent >= 100 {
		t.Errorf("%v, after %d frames", err, sent)
	}
}

func TestASilentServerIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		defer there.Close()
		go io.Copy(io.Discard, there)
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errors.New("nothing more came"))
		defer cancel()
		conn, err := Start(ctx, here, nil)
		must(t, err)
		_, err = conn.Ask("/")
		if err == nil || err.Error() != "read a frame: nothing more came" {
			t.Errorf("%v", err)
		}
	})
}

func TestWhatAServerWritesCannotMoveTheCursor(t *testing.T) {
	var says string
	w := watch{see: func(f Frame) { says = strings.Join(f.Says, "") }}
	var frame bytes.Buffer
	must(t, http2.NewFramer(&frame, nil).WriteData(1, true, []byte("\x1b[2J\xff")))
	w.saw(Server, frame.Bytes())
	if says != `"\x1b[2J\xff"` {
		t.Errorf("%s", says)
	}
}
