// Package reading sends odd messages through proxies, and looks at what leaves. Either a proxy
// refuses a message, or what leaves can be read in one way only.
//
// Read it in this order: odd.go (the messages), proxies.go (who is tried), play.go (what
// becomes of a request), answers.go (what becomes of an answer).
package reading

import (
	"fmt"
	"strings"
)

// An Odd is a message that two parsers might read in two ways, or that nobody should send.
type Odd struct{ Name, text string }

// bytes has {to} where the origin's URL belongs, and {n} for the length of the body.
func (o Odd) bytes(to string) string {
	text := strings.ReplaceAll(o.text, "{to}", to)
	end := "\r\n\r\n"
	if !strings.Contains(text, end) {
		end = "\n\n"
	}
	head, body, _ := strings.Cut(text, end)
	return strings.ReplaceAll(head, "{n}", fmt.Sprint(len(body))) + end + body
}

// hidden is a request where one parser sees a body.
const hidden = "GET {to}/b HTTP/1.1\r\nHost: wire\r\n\r\n"

func post(fields, body string) string {
	return "POST {to}/a HTTP/1.1\r\nHost: wire\r\n" + fields + "\r\n" + body
}

func get(fields string) string { return "GET {to}/a HTTP/1.1\r\nHost: wire\r\n" + fields + "\r\n" }

const (
	length  = "Content-Length: {n}\r\n"
	chunked = "Transfer-Encoding: chunked\r\n"
	hello   = "5\r\nhello\r\n0\r\n\r\n" // in one chunk
	nothing = "0\r\n\r\n"
)

// Requests begin with those that are not odd at all.
var Requests = []Odd{
	{"no body", get("")},
	{"a length", post(length, "hello")},
	{"chunks", post(chunked, hello)},
	{"two equal lengths", post(length+length, "hello")},
	{"two lengths in one field", post("Content-Length: {n}, {n}\r\n", "hello")},
	{"two lengths", post("Content-Length: 0\r\n"+length, hidden)},
	{"a length, and chunks", post(length+chunked, nothing+hidden)},
	{"chunks, and a length", post(chunked+length, nothing+hidden)},
	{"two codings", post(chunked+"Transfer-Encoding: identity\r\n", nothing+hidden)},
	{"an unknown coding", post(length+"Transfer-Encoding: xchunked\r\n", nothing+hidden)},
	{"chunks by HTTP/1.0", strings.Replace(post(chunked, nothing+hidden), "HTTP/1.1", "HTTP/1.0", 1)},
	{"LF for CR LF", strings.ReplaceAll(post(length, "hello"), "\r\n", "\n")},
	{"a CR alone in a value", get("X: 1\rY: 2\r\n")},
	{"NUL in a value", get("X: 1\x002\r\n")},
	{"a field in two lines", post("X: 1\r\n "+length, hidden)},
	{"a space before the colon", post("Content-Length : {n}\r\n", hidden)},
	{"a tab before the colon", post("Transfer-Encoding\t: chunked\r\n"+length, nothing+hidden)},
	{"a length with a sign", post("Content-Length: +{n}\r\n", hidden)},
	{"an empty length", post("Content-Length:\r\n", hidden)},
	{"GET with a body", strings.Replace(post(length, hidden), "POST", "GET", 1)},
	{"a space behind a chunk's size", post(chunked, strings.Replace(hello, "5\r", "5 \r", 1))},
	{"a chunk's size with 0x", post(chunked, strings.Replace(hello, "5\r", "0x5\r", 1))},
	{"LF behind a chunk's size", post(chunked, strings.Replace(hello, "5\r\n", "5\n", 1))},
	{"a chunk that is longer than it says", post(chunked, strings.Replace(hello, "hello", "hello!!", 1))},
	{"an extension of a chunk", post(chunked, strings.Replace(hello, "5\r", "5;a=b\r", 1))},
	{"a length in the trailers", post(chunked, "5\r\nhello\r\n0\r\nContent-Length: 99\r\n\r\n")},
	{"Connection names the length", post("Connection: Content-Length\r\n"+length, hidden)},
	{"Connection names the coding", post("Connection: Transfer-Encoding\r\n"+chunked, hello)},
	{"two Hosts", get("Host: evil\r\n")},
	{"a tab in the first line", strings.Replace(get(""), " HTTP", "\tHTTP", 1)},
	{"CR LF in the target, encoded", strings.Replace(get(""), "/a", "/a%0d%0aX", 1)},
}
