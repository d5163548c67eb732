package overtake

import (
	"bytes"
	"io"
	"testing"
)

func TestMessagesComeOutOfAStreamAsTheyWentIn(t *testing.T) {
	said := []message{{line, "look"}, {file, ""}, {line, "at this"}}
	var stream bytes.Buffer
	for _, m := range said {
		stream.Write(m.encode())
	}
	for _, want := range said {
		if m, err := decode(&stream); err != nil || m != want {
			t.Errorf("got %v, %v instead of %v", m, err, want)
		}
	}
	if _, err := decode(&stream); err != io.EOF {
		t.Errorf("behind the last message: %v instead of EOF", err)
	}
}
