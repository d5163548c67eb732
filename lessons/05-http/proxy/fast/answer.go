package fast

import (
	"bufio"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"onthewire/lessons/05-http/h1"
)

// untilClose is the length of a body that ends where the connection does.
const untilClose = -2

// An answer is the head of one, and where its body ends.
type answer struct {
	status int
	reason string
	fields []h1.Field
	named  []string // in its Connection
	length int64    // of the body in bytes, or h1.Chunked, or untilClose
	said   int64    // the Content-Length, also where there is no body, or -1
	close  bool     // nothing comes behind it
}

// readAnswer reads the head of what comes for a request with this method.
func readAnswer(in *bufio.Reader, method string) (*answer, error) {
	line, fields, err := h1.ReadHead(in, h1.Limits{})
	if err != nil {
		if refusal, ok := errors.AsType[*h1.Refusal](err); ok {
			err = errors.New(refusal.Why)
		}
		return nil, fmt.Errorf("the head of its answer: %w", err)
	}
	a := &answer{fields: fields, named: options(fields)}
	proto, rest, _ := strings.Cut(line, " ")
	code, reason, _ := strings.Cut(rest, " ")
	status, err := strconv.ParseUint(code, 10, 16)
	if proto != "HTTP/1.1" && proto != "HTTP/1.0" || err != nil || len(code) != 3 || status < 100 || status > 599 || !printable(reason) {
		return nil, fmt.Errorf("its answer begins with %.40q", line)
	}
	a.status, a.reason = int(status), reason
	a.close = proto == "HTTP/1.0" || slices.ContainsFunc(a.named, func(name string) bool { return strings.EqualFold(name, "close") })
	return a, a.frame(proto, method)
}

// frame decides where the body ends (RFC 9112, section 6.3). An answer that says it in two ways
// goes no further, also if they agree.
func (a *answer) frame(proto, method string) error {
	var lengths, codings []string
	for _, field := range a.fields {
		switch {
		case strings.EqualFold(field.Name, "Content-Length"):
			lengths = append(lengths, field.Value)
		case strings.EqualFold(field.Name, "Transfer-Encoding"):
			codings = append(codings, field.Value)
		}
	}
	bodiless := method == "HEAD" || a.status < 200 || a.status == 204 || a.status == 304
	a.said = -1
	switch {
	case len(lengths)+len(codings) > 1:
		return errors.New("its answer says in two ways where it ends")
	case len(codings) == 1 && (proto == "HTTP/1.0" || !strings.EqualFold(codings[0], "chunked")):
		return fmt.Errorf("its answer has Transfer-Encoding: %.40s", codings[0])
	case len(codings) == 1:
		a.length = h1.Chunked
	case len(lengths) == 1:
		n, err := strconv.ParseUint(lengths[0], 10, 62) // digits and nothing else
		if err != nil {
			return fmt.Errorf("its answer has Content-Length: %.40s", lengths[0])
		}
		a.length, a.said = int64(n), int64(n)
	default:
		a.length = untilClose
	}
	if bodiless {
		a.length = 0
	}
	return nil
}

// head is the answer's as the client gets it.
func (a *answer) head(out []byte, name string, last bool) []byte {
	out = append(strconv.AppendInt(append(out, "HTTP/1.1 "...), int64(a.status), 10), ' ')
	out = append(append(out, a.reason...), "\r\n"...)
	out = endToEnd(out, a.fields, a.named)
	if a.status < 200 {
		return append(out, "\r\n"...)
	}
	out = append(append(append(out, "Via: 1.1 "...), name...), "\r\n"...)
	switch {
	case a.length == h1.Chunked:
		out = append(out, "Transfer-Encoding: chunked\r\n"...)
		for _, field := range a.fields { // which trailers will come
			if strings.EqualFold(field.Name, "Trailer") {
				out = append(append(append(out, "Trailer: "...), field.Value...), "\r\n"...)
			}
		}
	case a.said >= 0 && a.status != 204 && a.status != 304:
		out = append(strconv.AppendInt(append(out, "Content-Length: "...), a.said, 10), "\r\n"...)
	}
	if last || a.length == untilClose {
		out = append(out, "Connection: close\r\n"...)
	}
	return append(out, "\r\n"...)
}

// printable tells whether a reason is one line of letters.
func printable(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
