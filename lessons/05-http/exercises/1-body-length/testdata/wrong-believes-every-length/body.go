// check says: your code panics

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
	var codings, lengths []string
	for _, f := range fields {
		switch strings.ToLower(f.name) {
		case "transfer-encoding":
			codings = append(codings, f.value)
		case "content-length":
			lengths = append(lengths, f.value)
		}
	}
	switch {
	case len(codings)+len(lengths) == 0:
		return nil, nil
	case len(codings)+len(lengths) > 1:
		return nil, errors.New("the end of the body is told twice")
	case len(codings) == 1 && strings.ToLower(codings[0]) == "chunked":
		return readChunks(in)
	case len(codings) == 1:
		return nil, errors.New("a transfer coding that this server does not know")
	}
	n, err := strconv.ParseUint(lengths[0], 10, 63) // digits alone: ParseInt takes a sign
	if err != nil {
		return nil, errors.New("no length, or too much")
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(in, body); err != nil {
		return nil, err
	}
	return body, nil
}
