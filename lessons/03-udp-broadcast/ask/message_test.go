package ask

import (
	"bytes"
	"testing"
)

func TestAMessageIsTheseBytes(t *testing.T) {
	const id = 0x0102030405060708
	for name, c := range map[string]struct {
		m    Message
		want string
	}{
		"question":  {Message{Kind: Question, ID: id, Text: []byte("hi")}, "?\x01\x01\x00\x01\x02\x03\x04\x05\x06\x07\x08\x00\x02hi"},
		"padded":    {Message{Kind: Question, ID: id, Text: []byte("hi"), Size: 18}, "?\x01\x01\x00\x01\x02\x03\x04\x05\x06\x07\x08\x00\x02hi\x00\x00"},
		"answer":    {Message{Kind: Answer, ID: id, Text: []byte("hello")}, "?\x01\x02\x00\x01\x02\x03\x04\x05\x06\x07\x08\x00\x05hello"},
		"too large": {Message{Kind: TooLarge, ID: id, Size: 300}, "?\x01\x03\x00\x01\x02\x03\x04\x05\x06\x07\x08\x01\x2c"},
	} {
		if got := c.m.Append(nil); string(got) != c.want {
			t.Errorf("%s: sent\n%q, want\n%q", name, got, c.want)
		}
		got, err := Parse([]byte(c.want))
		if err != nil || got.Kind != c.m.Kind || got.ID != id || !bytes.Equal(got.Text, c.m.Text) {
			t.Errorf("%s: read %+v, %v", name, got, err)
		}
	}
}

func TestWhatIsNoMessageIsRefused(t *testing.T) {
	good := Message{Kind: Answer, ID: 1, Text: []byte("hello")}.Append(nil)
	with := func(i int, b byte) []byte {
		bad := bytes.Clone(good)
		bad[i] = b
		return bad
	}
	for name, bad := range map[string][]byte{
		"empty":                  {},
		"one byte short":         good[:len(good)-1],
		"an answer with padding": append(bytes.Clone(good), 0),
		"another magic":          with(0, '!'),
		"a version to come":      with(1, 2),
		"kind 0":                 with(2, 0),
		"kind 4":                 with(2, 4),
		"a length beyond it":     with(13, 6),
		"a question cut off":     Message{Kind: Question, Text: []byte("hi")}.Append(nil)[:header:header],
		"larger than any":        append(Message{Kind: Question, Size: MaxSize}.Append(nil), 0),
		"too large for nothing":  Message{Kind: TooLarge, Size: header}.Append(nil),
	} {
		if m, err := Parse(bad); err == nil {
			t.Errorf("%s was taken for %+v", name, m)
		}
	}
	if m, err := Parse(append(Message{Kind: Question, Size: 20}.Append(nil), 1)); err == nil {
		t.Errorf("padding that is not zero was taken for %+v", m)
	}
}

// What is accepted is written again as the same bytes, so two readers cannot differ on it.
func FuzzParse(f *testing.F) {
	f.Add(Message{Kind: Question, ID: 1, Text: []byte("hello"), Size: 40}.Append(nil))
	f.Add(Message{Kind: Answer, ID: 1, Text: []byte("hello")}.Append(nil))
	f.Add(Message{Kind: TooLarge, ID: 1, Size: 500}.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Parse(b)
		if err != nil {
			return
		}
		again := m.Append(nil)
		again[3] = b[3] // reserved
		if !bytes.Equal(again, b) {
			t.Errorf("%q was read as %+v, which is %q", b, m, again)
		}
	})
}
