// Package bodylength is exercise 5.1: where the body of a request ends.
package bodylength

import (
	"bufio"

	"onthewire/lessons/internal/exercise"
)

// limit is how many bytes a body may have. A longer one is refused.
const limit = 1 << 20

// readBody reads the body of a request whose head has these fields, and not a byte more: what
// comes next in in is the next request, or has not been sent yet.
//
// Any error is answered with 400, and the connection is closed. Return one if the fields leave
// any doubt about where the body ends, or if the connection ends before.
//
// readChunks, in chunks.go, reads a body that comes in chunks.
func readBody(in *bufio.Reader, fields []field) ([]byte, error) {
	exercise.TODO("find out where the body ends (RFC 9112, section 6.3), and read so far")
	return nil, nil
}
