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
	head := map[string]string{}
	for _, f := range fields {
		head[strings.ToLower(f.name)] = f.value
	}
	coding, chunked := head["transfer-encoding"]
	length, known := head["content-length"]
	switch {
	case !chunked && !known:
		return nil, nil
	case chunked && (known || !strings.EqualFold(coding, "chunked")):
		return nil, errors.New("a doubt")
	case chunked:
		return readChunks(in)
	}
	n, err := strconv.ParseUint(length, 10, 63)
	if err != nil || n > limit {
		return nil, errors.New("no length, or too much")
	}
	body := make([]byte, n)
	_, err = io.ReadFull(in, body)
	return body, err
}
