package octets

import (
	"bytes"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// What x/net decodes as well, we decode alike, also what is in the table for the next block.
func FuzzOurDecoderReadsWhatXNetReads(f *testing.F) {
	f.Add([]byte("\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff"), []byte("\x82\x86\x84\xbe\x58\x86\xa8\xeb\x10\x64\x9c\xbf"))
	f.Add([]byte("\x40\x0acustom-key\x0dcustom-header"), []byte("\x3f\x09\xbe"))
	f.Add([]byte("\x20\x10\x08password\x06secret"), []byte("\x3f\xe1\x1f\x40\x81\xff\x00"))
	f.Add(bytes.Repeat([]byte("\x40\x01a\x7f\x10abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklm"), 40), []byte("\xbe\xdc\xfe"))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		ours, theirs := NewDecoder(), hpack.NewDecoder(TableSize, nil)
		for _, block := range [][]byte{first, second} {
			headers, fields, err := ours.Block(block)
			want, theirErr := theirs.DecodeFull(block)
			if err != nil || theirErr != nil {
				return // after an error, the tables need not be the same
			}
			covers(t, fields, 0, len(block))
			if len(headers) != len(want) {
				t.Fatalf("%x: %d fields, want %d", block, len(headers), len(want))
			}
			for i, h := range headers {
				if h.Name != want[i].Name || h.Value != want[i].Value {
					t.Fatalf("%x: field %d is %v, want %v", block, i, h, want[i])
				}
			}
		}
	})
}

// A frame that x/net's Framer takes apart has no byte of which we cannot say what it is for.
func FuzzEveryByteOfAFrameHasAName(f *testing.F) {
	var frames bytes.Buffer
	framer := http2.NewFramer(&frames, nil)
	for _, write := range []func() error{
		func() error { return framer.WriteSettings(http2.Setting{ID: 4, Val: 1 << 20}, http2.Setting{ID: 99}) },
		func() error { return framer.WriteDataPadded(1, true, []byte("hello, wire\n"), make([]byte, 7)) },
		func() error {
			return framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 3, BlockFragment: []byte{0x82}, PadLength: 3, EndHeaders: true, Priority: http2.PriorityParam{Weight: 9}})
		},
		func() error { return framer.WriteGoAway(5, 2, []byte("bye")) },
		func() error { return framer.WriteWindowUpdate(0, 9) },
		func() error { return framer.WritePing(true, [8]byte{1}) },
		func() error { return framer.WriteRSTStream(1, 8) },
		func() error { return framer.WriteContinuation(1, true, []byte{0x82}) },
	} {
		frames.Reset()
		if err := write(); err != nil {
			f.Fatal(err)
		}
		f.Add(bytes.Clone(frames.Bytes()))
	}
	f.Add([]byte("\x00\x00\x0a\x08\x00\x00\x00\x00\x000000000000")) // six too many
	f.Fuzz(func(t *testing.T, octets []byte) {
		fields, err := NewReader().Frame(octets)
		if err != nil {
			return
		}
		covers(t, fields, 0, len(octets))
		header, _ := http2.ReadFrameHeader(bytes.NewReader(octets))
		if int(header.Length) != len(octets)-9 {
			t.Fatalf("%x has %d bytes of payload, and we take it", octets, header.Length)
		}
	})
}

func TestTheFieldsOfABlockInPiecesComeWithItsEnd(t *testing.T) {
	var frames bytes.Buffer
	framer := http2.NewFramer(&frames, nil)
	block := []byte("\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff")
	if err := framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block[:7]}); err != nil {
		t.Fatal(err)
	}
	head := bytes.Clone(frames.Bytes())
	frames.Reset()
	if err := framer.WriteContinuation(1, true, block[7:]); err != nil {
		t.Fatal(err)
	}
	r := NewReader()
	if _, err := r.Frame(head); err != nil {
		t.Fatal(err)
	}
	fields, err := r.Frame(frames.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	payload := fields[len(fields)-1]
	if got := payload.Parts[0].Value; got != "the end, 4 fields" {
		t.Errorf("CONTINUATION says %q", got)
	}
}
