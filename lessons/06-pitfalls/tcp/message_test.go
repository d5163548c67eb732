package tcp

import (
	"bytes"
	"strings"
	"testing"
	"testing/iotest"

	"onthewire/lessons/06-pitfalls/pitfall/pitfalltest"
	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/twelve"
)

func TestMain(m *testing.M) { labtest.Main(m) }

func TestAReadIsTakenForAMessage(t *testing.T) { pitfalltest.Falls(t, Message) }

func TestAMessageIsReadWholeFromAPeerThatSendsItByteForByte(t *testing.T) {
	in := iotest.OneByteReader(strings.NewReader(twelve.Bytes + twelve.Bytes))
	buf := make([]byte, len(twelve.Bytes))
	for range 2 {
		if got, err := (message{}).fixed(in, buf); err != nil || !bytes.Equal(got, []byte(twelve.Bytes)) {
			t.Errorf("%q, %v", got, err)
		}
	}
}
