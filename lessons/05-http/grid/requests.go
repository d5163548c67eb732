package grid

import (
	"fmt"
	"strings"
)

// A Request is some bytes that a client may send, and what is odd about them.
type Request struct {
	Name  string
	About string
	Known bool // one of the few that show most
	Bytes string
}

// second is a request that hides where one parser sees a body and another sees none.
const second = "GET /b HTTP/1.1\r\nHost: wire\r\n\r\n"

// message is a request for /a with these lines as fields, which have {n} where the length of
// the body belongs.
func message(method, fields, body string) string {
	fields = strings.ReplaceAll(fields, "{n}", fmt.Sprint(len(body)))
	return method + " /a HTTP/1.1\r\nHost: wire\r\n" + fields + "\r\n" + body
}

const (
	length  = "Content-Length: {n}\r\n"
	chunked = "Transfer-Encoding: chunked\r\n"
	hello   = "5\r\nhello\r\n0\r\n\r\n" // in one chunk
)

// Requests are what the parsers of the grid are given. The first few mean one thing.
var Requests = []Request{
	{"plain", "no body", false, message("GET", "", "")},
	{"pipelined", "two, one behind the other", false, message("GET", "", "") + second},
	{"length", "a length", true, message("POST", length, "hello")},
	{"chunked", "chunks", true, message("POST", chunked, hello)},
	{"same-lengths", "two equal lengths", true, message("POST", length+length, "hello")},
	{"length-list", "two lengths in one field", false, message("POST", "Content-Length: {n}, {n}\r\n", "hello")},
	{"two-lengths", "two lengths", true, message("POST", "Content-Length: 0\r\n"+length, second)},
	{"length-chunked", "a length, and chunks", true, message("POST", length+chunked, "0\r\n\r\n"+second)},
	{"two-codings", "two codings", false, message("POST", chunked+"Transfer-Encoding: identity\r\n", "0\r\n\r\n"+second)},
	{"other-coding", "an unknown coding", false, message("POST", length+"Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"+second)},
	{"chunk-space", "a space behind a size", false, message("POST", chunked, strings.Replace(hello, "5\r", "5 \r", 1))},
	{"bare-lf", "LF for CR LF", true, strings.ReplaceAll(message("POST", length, "hello"), "\r\n", "\n")},
	{"colon", "a space before the colon", false, message("POST", "Content-Length : {n}\r\n", second)},
	{"plus", "a length with a sign", false, message("POST", "Content-Length: +{n}\r\n", second)},
	{"fold", "a field in two lines", true, message("POST", "X: 1\r\n "+length, second)},
	{"get-length", "GET with a body", true, message("GET", length, second)},
}
