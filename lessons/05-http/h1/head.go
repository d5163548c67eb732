package h1

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"strings"
)

// ReadRequest reads a head, and finds out where the body ends. The error is a *Refusal,
// io.EOF if nothing came, io.ErrUnexpectedEOF if half a head did, or the reader's own.
func ReadRequest(r *bufio.Reader, limits Limits) (*Request, error) {
	request := &Request{ctx: context.Background()}
	if err := request.read(r, limits.orDefaults()); err != nil {
		return nil, err
	}
	return request, nil
}

func (r *Request) read(in *bufio.Reader, limits Limits) error {
	*r = Request{Fields: r.Fields[:0], ctx: r.ctx}
	line, err := readLine(in, 414)
	if err != nil {
		return err
	}
	if err := r.requestLine(line); err != nil {
		return err
	}
	if r.Fields, err = readFields(in, r.Fields, limits); err != nil {
		return halfway(err)
	}
	if err := r.route(); err != nil {
		return err
	}
	r.Close = r.has("Connection", "close") || r.Proto == "HTTP/1.0" && !r.has("Connection", "keep-alive")
	for _, list := range r.all("Trailer") {
		for name := range strings.SplitSeq(list, ",") {
			if isFraming(strings.Trim(name, " \t")) {
				return refuse(400, "it announces %.40s for behind the body, where that is too late", name)
			}
		}
	}
	return r.frame(in, limits)
}

// ReadHead reads the first line of a message and its fields, as strictly as those of a request.
func ReadHead(in *bufio.Reader, limits Limits) (line string, fields []Field, err error) {
	if line, err = readLine(in, 400); err != nil {
		return "", nil, err
	}
	fields, err = readFields(in, nil, limits.orDefaults())
	return line, fields, halfway(err)
}

// requestLine takes "GET / HTTP/1.1" apart: one space, and no other, stands between the three.
func (r *Request) requestLine(line string) error {
	var spaced bool
	var rest string
	r.Method, rest, spaced = strings.Cut(line, " ")
	if spaced {
		r.Target, r.Proto, spaced = strings.Cut(rest, " ")
	}
	switch {
	case !spaced:
		return refuse(400, "the first line is not METHOD TARGET VERSION, with a space between them: %.40q", line)
	case !isToken(r.Method):
		return refuse(400, "%.40q is not a method", r.Method)
	case r.Proto == "HTTP/1.1", r.Proto == "HTTP/1.0":
		return nil
	case len(r.Proto) == 8 && strings.HasPrefix(r.Proto, "HTTP/") && isDigit(r.Proto[5]) && r.Proto[6] == '.' && isDigit(r.Proto[7]):
		return refuse(505, "this server speaks HTTP/1.1 and 1.0, and that is %s", r.Proto)
	}
	return refuse(400, "%.40q is not a version of HTTP", r.Proto)
}

// readFields reads fields up to the empty line, and appends them to what is there.
func readFields(in *bufio.Reader, fields []Field, limits Limits) ([]Field, error) {
	for size := 0; ; {
		line, err := readLine(in, 431)
		if err != nil {
			return nil, err
		}
		if line == "" {
			return fields, nil
		}
		field, err := parseField(line)
		if err != nil {
			return nil, err
		}
		if size += len(line) + 2; size > limits.Head {
			return nil, refuse(431, "the fields have more than %d bytes", limits.Head)
		}
		if fields = append(fields, field); len(fields) > limits.Fields {
			return nil, refuse(431, "there are more than %d fields", limits.Fields)
		}
	}
}

// parseField takes "Name: value" apart. A space before the colon, or at the beginning of the
// line, would make it another field to one server and none to the next.
func parseField(line string) (Field, error) {
	name, value, found := strings.Cut(line, ":")
	switch trimmed := strings.TrimRight(name, " \t"); {
	case line[0] == ' ' || line[0] == '\t':
		return Field{}, refuse(400, "a field goes on in a second line, which nobody may do any more (obs-fold): %.40q", line)
	case !found:
		return Field{}, refuse(400, "a field without a colon: %.40q", line)
	case trimmed != name:
		return Field{}, refuse(400, "a space between a field's name and its colon: %.40q", line)
	case !isToken(name):
		return Field{}, refuse(400, "%.40q is not the name of a field", name)
	}
	if control, found := controlByte(value); found {
		return Field{}, refuse(400, "field %.40s has a control byte in it: %#02x", name, control)
	}
	return Field{name, strings.Trim(value, " \t")}, nil
}

// readTrailers reads fields that came too late to say anything about the message itself.
func readTrailers(in *bufio.Reader, limits Limits) ([]Field, error) {
	trailers, err := readFields(in, nil, limits)
	for _, f := range trailers {
		if isFraming(f.Name) {
			return nil, refuse(400, "%s comes behind the body, where it is too late", f.Name)
		}
	}
	return trailers, err
}

// isFraming tells whether a field says whom a message is for or where it ends.
func isFraming(name string) bool {
	switch strings.ToLower(name) {
	case "content-length", "transfer-encoding", "host", "trailer":
		return true
	}
	return false
}

// readLine reads to the next CRLF, and returns what is before it. Some take a CR or a LF
// alone for the end of a line and some do not, so here neither may occur.
func readLine(in *bufio.Reader, tooLong int) (string, error) {
	line, err := in.ReadSlice('\n')
	end := len(line) - 2
	switch {
	case err == bufio.ErrBufferFull:
		return "", refuse(tooLong, "a line has more than %d bytes", in.Size())
	case err == io.EOF && len(line) > 0:
		return "", io.ErrUnexpectedEOF
	case err != nil:
		return "", err
	case end < 0 || line[end] != '\r':
		return "", refuse(400, "a line ends with LF alone, and not with CR LF: %.40q", line)
	case bytes.IndexByte(line[:end], '\r') >= 0:
		return "", refuse(400, "a CR stands alone in a line: %.40q", line)
	}
	return string(line[:end]), nil
}

// halfway is for what must not end here.
func halfway(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// isToken is RFC 9110, section 5.6.2.
func isToken(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', isDigit(c):
		case strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0:
			return false
		}
	}
	return s != ""
}

// controlByte finds the first byte that no value may have. A tab may be in there.
func controlByte(s string) (c byte, found bool) {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return c, true
		}
	}
	return 0, false
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
