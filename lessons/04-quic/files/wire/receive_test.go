package wire

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestWhatCameBeforeTheBreakIsWrittenAndNothingBehindTheFile(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789"), 20_000)
	broken := errors.New("the connection is gone")
	for _, c := range []struct {
		name string
		from io.Reader
		want error
		n    int
	}{
		{"whole, in small reads", iotest.HalfReader(bytes.NewReader(append(data, "sum"...))), nil, len(data)},
		{"it breaks", io.MultiReader(bytes.NewReader(data[:70_001]), iotest.ErrReader(broken)), broken, 70_001},
		{"it ends too soon", strings.NewReader("0123"), io.ErrUnexpectedEOF, 4},
		{"it ends after a piece", bytes.NewReader(data[:piece]), io.ErrUnexpectedEOF, piece},
	} {
		var got bytes.Buffer
		err := ReceiveFile(&got, c.from, int64(len(data)))
		if !errors.Is(err, c.want) || !bytes.Equal(got.Bytes(), data[:c.n]) {
			t.Errorf("%s: %d bytes, %v", c.name, got.Len(), err)
		}
	}
}
