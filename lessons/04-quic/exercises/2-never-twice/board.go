package nevertwice

import (
	"errors"
	"strings"
	"sync"
)

// errTooEarly resets the stream with early.TooEarly: not now, but on this connection later.
var errTooEarly = errors.New("too early")

// A board has one word on it.
type board struct {
	mu   sync.Mutex
	word string
}

// do knows two requests: get, and put with a word.
func (b *board) do(request string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if word, ok := strings.CutPrefix(request, "put "); ok {
		b.word = word
	}
	return b.word
}
