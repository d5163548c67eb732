//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package loop

import (
	"bufio"
	"bytes"
	"io"
	"strings"

	"onthewire/lessons/05-http/h1"
)

// A request is all that this server wants to know of one.
type request struct {
	length int  // bytes, with its body; 0: it is not whole yet
	head   bool // it is HEAD
	last   bool // the connection ends behind the answer
}

// next finds the end of the request at the beginning of b. If it has no body and says nothing
// about its connection, a glance at its bytes is enough. All others are h1's: each time that
// more of them has come, from the beginning.
func next(b []byte) (request, error) {
	if n := plain(b); n > 0 {
		return request{length: n}, nil
	}
	return other(b)
}

// other lets h1 read what is there, and looks how far that has come.
func other(b []byte) (request, error) {
	rest := bytes.NewReader(b)
	in := bufio.NewReaderSize(rest, 8<<10)
	r, err := h1.ReadRequest(in, h1.Limits{Body: maxIn / 2})
	switch {
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return more(b)
	case err != nil:
		return request{}, err
	case r.Method == "CONNECT":
		return request{}, &h1.Refusal{Status: 501, Why: "there are no tunnels here"}
	}
	if _, err := io.Copy(io.Discard, r.Body); err == io.ErrUnexpectedEOF {
		if r.Get("Expect") != "" {
			return request{}, &h1.Refusal{Status: 417, Why: "send the body without waiting"}
		}
		return more(b)
	} else if err != nil {
		return request{}, err
	}
	last := r.Close || r.Proto == "HTTP/1.0"
	return request{len(b) - rest.Len() - in.Buffered(), r.Method == "HEAD", last}, nil
}

func more(b []byte) (request, error) {
	if len(b) > maxIn {
		return request{}, &h1.Refusal{Status: 413, Why: "it is too long"}
	}
	return request{}, nil
}

// plain is the length of a request that is whole, correct, and as simple as can be, or 0. It
// accepts nothing that h1 would refuse, and allocates nothing.
func plain(b []byte) int {
	const method, version = "GET /", " HTTP/1.1\r\n"
	if !bytes.HasPrefix(b, []byte(method)) {
		return 0
	}
	at := len(method)
	for at < len(b) && is[b[at]]&inTarget != 0 {
		at++
	}
	if !bytes.HasPrefix(b[at:], []byte(version)) {
		return 0
	}
	at += len(version)
	for fields, hosts := 0, 0; at < 8<<10; fields++ {
		if bytes.HasPrefix(b[at:], []byte("\r\n")) && hosts == 1 {
			return at + 2
		}
		name := at
		for at < len(b) && is[b[at]]&inToken != 0 {
			at++
		}
		if at == name || at >= len(b) || b[at] != ':' || fields == 100 {
			return 0
		}
		value, allowed := at+1, inValue
		switch telling := tells(b[name:at]); {
		case telling == host:
			hosts, allowed = hosts+1, inHost
			if bytes.HasPrefix(b[value:], []byte(" ")) {
				value++
			}
		case telling == something:
			return 0
		}
		for at = value; at < len(b) && is[b[at]]&allowed != 0; {
			at++
		}
		if allowed == inHost && at > value {
			at += port(b[at:])
		}
		if !bytes.HasPrefix(b[at:], []byte("\r\n")) {
			return 0
		}
		at += 2
	}
	return 0
}

// port is the length of ":" and of up to five digits, of which not all are a port.
func port(b []byte) (n int) {
	if len(b) == 0 || b[0] != ':' {
		return 0
	}
	for n = 1; n < len(b) && n < 6 && '0' <= b[n] && b[n] <= '9'; {
		n++
	}
	if n == 6 && string(b[1:6]) > "65535" {
		return 0
	}
	return n
}

const (
	nothing = iota
	something
	host
)

// tells says whether a field could matter for where the request ends, or for what comes behind.
func tells(name []byte) int {
	for _, f := range [...]struct {
		name string
		is   int
	}{
		{"host", host}, {"expect", something}, {"trailer", something}, {"upgrade", something},
		{"connection", something}, {"content-length", something}, {"transfer-encoding", something},
	} {
		if len(name) == len(f.name) && bytes.EqualFold(name, []byte(f.name)) {
			return f.is
		}
	}
	return nothing
}

const (
	inTarget byte = 1 << iota
	inToken
	inValue
	inHost
)

// is says where a byte may stand. Of targets and hosts it has only what needs no second look.
var is = func() (is [256]byte) {
	for c := range 256 {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
		if letter || c < 128 && strings.IndexByte("/-._~?&=+,;:@!$'()*", byte(c)) >= 0 {
			is[c] |= inTarget
		}
		if letter || c < 128 && strings.IndexByte("!#$%&'*+-.^_`|~", byte(c)) >= 0 {
			is[c] |= inToken
		}
		if c >= ' ' && c != 0x7f || c == '\t' {
			is[c] |= inValue
		}
		if letter || c == '.' || c == '-' {
			is[c] |= inHost
		}
	}
	return is
}()
