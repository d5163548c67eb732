package client

import (
	"bytes"
	"crypto/sha256"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/files/wire"
)

func TestAServerThatLiesIsCaughtAndTheOldFileStays(t *testing.T) {
	data := []byte("hello, wire\n")
	other := sha256.Sum256(nil)
	ok := wire.Header{Kind: wire.OK, Name: "a", Size: 12, Time: time.Unix(1, 0), Mode: 0o644}
	with := func(change func(*wire.Header)) wire.Header { h := ok; change(&h); return h }
	head := func(h wire.Header) []byte {
		b, err := h.Append(nil)
		must(t, err)
		return b
	}
	for _, lie := range []struct {
		about, want string
		answer      []byte
	}{
		{"nothing at all", "EOF", nil},
		{"half a header", "header: cut after 30 bytes", head(ok)[:30]},
		{"another protocol", "header: version 72", []byte(strings.Repeat("HTTP/1.1 200 OK\r\n", 10))},
		{"another name", `the server answers with "b"`, head(with(func(h *wire.Header) { h.Name = "b" }))},
		{"another offset", "the server goes on from byte 5 of 12", head(with(func(h *wire.Header) { h.Offset = 5 }))},
		{"a change of nothing", "the server goes on from byte 0", head(with(func(h *wire.Header) { h.Kind = wire.Changed }))},
		{"a question", "the server goes on from byte 0", head(with(func(h *wire.Header) { h.Kind = wire.Put }))},
		{"another sum", "SHA-256", bytes.Join([][]byte{head(ok), data, other[:]}, nil)},
		{"too little", "EOF", bytes.Join([][]byte{head(ok), data[:5]}, nil)},
		{"a terminal's commands", "the server says: ?[2Jnothing here??", head(wire.Header{Kind: wire.NotFound, Name: "\x1b[2Jnothing here\r\n"})},
	} {
		play(t, func(t *testing.T, s *scene) {
			s.lie(func(stream *quic.Stream) {
				wire.Read(stream)
				stream.Write(lie.answer)
				stream.Close()
				stream.CancelRead(0)
			})
			must(t, os.WriteFile(s.here+"/a", []byte("old"), 0o644))
			c := s.client()
			c.Retry = time.Second
			err := c.Get(t.Context(), s.folder(s.here), "a")
			line(t, err, lie.want)
			if old, err := os.ReadFile(s.here + "/a"); err != nil || string(old) != "old" {
				t.Errorf("%s: the old file is %q, %v", lie.about, old, err)
			}
		})
	}
}

func TestAListHasNothingBesideWhatWasAskedFor(t *testing.T) {
	for name, want := range map[string]string{"sub/a": "", "other": "not below", "subway": "not below", "sub/.wire-x": "not a name", "sub/aux": "not a name"} {
		play(t, func(t *testing.T, s *scene) {
			s.lie(func(raw *quic.Stream) {
				stream := &wire.Stream{Raw: raw, Idle: time.Second}
				stream.Header()
				stream.Send(wire.Header{Kind: wire.OK, Name: name})
				raw.Close()
			})
			files, err := s.client().List(t.Context(), "sub")
			if want == "" && (err != nil || len(files) != 1) {
				t.Errorf("%v, %v", files, err)
			} else if want != "" {
				line(t, err, want)
			}
		})
	}
}

func TestWhoTricklesIsServedButAHeaderHasToCome(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		body := []byte("hello, wire\n")
		sum := sha256.Sum256(body)
		s.lie(func(raw *quic.Stream) {
			h, _ := wire.Read(raw)
			stream := &wire.Stream{Raw: raw, Idle: time.Hour}
			answer, _ := wire.Header{Kind: wire.OK, Name: h.Name, Size: 12, Time: time.Unix(1, 0)}.Append(nil)
			slow := answer
			if h.Name == "body" {
				stream.Write(answer)
				slow = body
			}
			for i := range slow {
				time.Sleep(9 * time.Second)
				if _, err := stream.Write(slow[i : i+1]); err != nil {
					return
				}
			}
			stream.Write(sum[:])
			raw.Close()
		})
		c := s.client()
		c.Retry = 0
		must(t, c.Get(t.Context(), s.folder(s.here), "body"))
		begun := time.Now()
		line(t, c.Get(t.Context(), s.folder(s.here), "header"), "nothing has moved for 10s")
		if took := time.Since(begun); took > 11*time.Second {
			t.Errorf("it took %v", took)
		}
		time.Sleep(10 * time.Second) // until the server has noticed
	})
}
