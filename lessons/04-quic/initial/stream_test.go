package initial

import "testing"

func TestPiecesOfAHandshakeComeInAnyOrder(t *testing.T) {
	var s Stream
	for _, piece := range []struct {
		offset uint64
		data   string
		whole  string // what is there up to the first gap
	}{
		{6, " wire\n", ""},
		{0, "hel", "hel"},
		{0, "hel", "hel"}, // sent again
		{2, "llo,", "hello, wire\n"},
	} {
		if err := s.add(0, 0, piece.offset, []byte(piece.data)); err != nil {
			t.Fatal(err)
		}
		if got := string(s.Bytes()); got != piece.whole {
			t.Errorf("after %q at %d it is %q", piece.data, piece.offset, got)
		}
	}
}
