// check says: two lengths, 5 and 6, and the server does not refuse it, although the next one might see another end

package bodylength

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"
)

const limit = 1 << 20

func readBody(in *bufio.Reader, fields []field) ([]byte, error) {
	for _, f := range fields {
		switch {
		case strings.EqualFold(f.name, "Transfer-Encoding"):
			return readChunks(in)
		case strings.EqualFold(f.name, "Content-Length"):
			n, err := strconv.ParseUint(f.value, 10, 63)
			if err != nil || n > limit {
				return nil, errors.New("no length, or too much")
			}
			body := make([]byte, n)
			_, err = io.ReadFull(in, body)
			return body, err
		}
	}
	return nil, nil
}
