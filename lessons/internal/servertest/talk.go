package servertest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
)

// A Talk is how a client speaks with a server.
type Talk struct {
	// Ask is what a client says in order to be answered some n bytes.
	Ask func(n int) []byte

	// Hear reads one answer to Ask(n), and says what is wrong with it.
	Hear func(r *bufio.Reader, n int) error

	// Most is how much one answer may be, in bytes.
	Most int

	// Stream: one may ask again and again without reading an answer.
	Stream bool

	// Begins: a request counts once its answer has begun. Before that net/http's server may
	// not know of the client yet, even if Accept has returned it, and stops without it.
	Begins bool

	// Forwards: the server asks another one, so each answer takes a descriptor more.
	Forwards bool

	// Others: not the one who asks hears the answer, but everybody else does, as in a chat.
	Others bool
}

// noise is bytes that no two places of it have in common.
var noise = sync.OnceValue(func() []byte {
	b := make([]byte, 16<<20)
	rand.NewChaCha8([32]byte{1}).Read(b)
	return b
})

// Echo is the talk of a server that sends back what it is sent.
func Echo() Talk {
	return Talk{
		Ask: func(n int) []byte { return noise()[:n] },
		Hear: func(r *bufio.Reader, n int) error {
			got := make([]byte, n)
			if read, err := io.ReadFull(r, got); err != nil {
				return fmt.Errorf("%d of %d bytes came back: %w", read, n, err)
			}
			if !bytes.Equal(got, noise()[:n]) {
				return fmt.Errorf("%d bytes came back changed", n)
			}
			return nil
		},
		Most: len(noise()), Stream: true,
	}
}

// Chat is the talk of a server that passes each line on to everybody else. A line has at
// most so many bytes.
func Chat(line, most int) Talk {
	ask := func(n int) []byte {
		text := make([]byte, 0, n+line)
		for i := 0; len(text) < n; i++ {
			size := min(line, max(12, n-len(text)))
			said := fmt.Appendf(nil, "line %06d ", i)[:min(12, size)]
			said = append(said, bytes.Repeat([]byte{'x'}, size-len(said))...)
			said[len(said)-1] = '\n'
			text = append(text, said...)
		}
		return text
	}
	return Talk{
		Ask: ask,
		Hear: func(r *bufio.Reader, n int) error {
			for heard, want := 0, ask(n); heard < len(want); {
				got, err := r.ReadBytes('\n')
				if err != nil {
					return fmt.Errorf("%d of %d bytes were heard: %w", heard, len(want), err)
				}
				if bytes.HasSuffix(got, []byte(" has left\n")) {
					continue
				}
				if !bytes.HasPrefix(want[heard:], got) {
					return fmt.Errorf("where line %.12q should be, %.12q is heard", want[heard:], got)
				}
				heard += len(got)
			}
			return nil
		},
		Most: most, Others: true,
	}
}

// Get is the talk of an HTTP server which has a page of some size under a path.
func Get(path string, size int) Talk {
	return Talk{
		Ask: func(int) []byte { return []byte("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") },
		Hear: func(r *bufio.Reader, _ int) error {
			response, err := http.ReadResponse(r, nil)
			if err != nil {
				return err
			}
			defer response.Body.Close()
			n, err := io.Copy(io.Discard, response.Body)
			if err == nil && (response.StatusCode != http.StatusOK || n == 0) {
				err = fmt.Errorf("the answer is %s, with %d bytes", response.Status, n)
			}
			return err
		},
		Most: size, Begins: true,
	}
}
