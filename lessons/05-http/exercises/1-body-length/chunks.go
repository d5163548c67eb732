package bodylength

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// A field is one line of a head. Its name may be spelled in any case.
type field struct{ name, value string }

// readChunks reads a body in chunks to its end, trailers included. It is not what you have to
// write, and lacks most of what the lesson's own has.
func readChunks(in *bufio.Reader) (body []byte, err error) {
	for {
		line, err := readLine(in)
		if err != nil {
			return nil, err
		}
		size, err := strconv.ParseUint(line, 16, 20)
		if err != nil || len(body)+int(size) > limit {
			return nil, fmt.Errorf("a chunk of size %q", line)
		}
		chunk := make([]byte, size)
		if _, err := io.ReadFull(in, chunk); err != nil {
			return nil, err
		}
		body = append(body, chunk...)
		for line, err = readLine(in); line != ""; line, err = readLine(in) {
			if size > 0 || err != nil {
				return nil, errors.New("no end of the line behind a chunk")
			}
		}
		if err != nil || size == 0 {
			return body, err
		}
	}
}

// readLine reads to the next CRLF.
func readLine(in *bufio.Reader) (string, error) {
	line, err := in.ReadString('\n')
	if err != nil {
		return "", err
	}
	line, ok := strings.CutSuffix(line, "\r\n")
	if !ok {
		return "", errors.New("a line ends with LF alone")
	}
	return line, nil
}
