package smuggle

import (
	"fmt"
	"strings"
)

// An Attack is what one client sends through a proxy to a server. The names are those that
// PortSwigger has given them: what the proxy goes by, and what the server.
type Attack struct {
	Name        string
	Front, Back string
	Bytes       string
}

// beginning is a request without an end. The next client's first line becomes its field X, and
// that client's own Host its Host.
const beginning = "GET /attacker HTTP/1.1\r\nX: "

const host = "Host: wire\r\n"

// lengthOf is a field with the length of the body behind it.
func lengthOf(body string) string { return fmt.Sprintf("Content-Length: %d\r\n", len(body)) }

// post is a request with these fields and this body.
func post(fields, body string) string {
	return "POST /shop HTTP/1.1\r\n" + host + fields + "\r\n" + body
}

const (
	chunked = "Transfer-Encoding: chunked\r\n"
	nothing = "0\r\n\r\n" // a chunked body of no bytes
)

// inChunk is a body of one chunk, whose size has a line of its own.
func inChunk(text string) (size, rest string) {
	return fmt.Sprintf("%x\r\n", len(text)), text + "\r\n" + nothing
}

// Attacks are those that are tried, each on a proxy and a server that might fall for it. The last
// three are one that works, where somebody refuses it, or writes a request of their own.
func Attacks() []Attack {
	clTE := post(lengthOf(nothing+beginning)+chunked, nothing+beginning)
	size, rest := inChunk(beginning)
	teCL := post(lengthOf(size)+chunked, size+rest)
	cl0 := strings.Replace(post(lengthOf(beginning), beginning), "POST", "GET", 1)
	fold := post("X: 1\r\n "+lengthOf(beginning), beginning)
	clCL := post("Content-Length: 0\r\n"+lengthOf(beginning), beginning)
	teTE := post(lengthOf(nothing+beginning)+chunked+"Transfer-Encoding: x\r\n", nothing+beginning)
	return []Attack{
		{"CL.TE", Naive, Standard, clTE},
		{"TE.CL", Standard, Naive, teCL},
		{"CL.0", Standard, Naive, cl0},
		{"obs-fold", Naive, Standard, fold},
		{"CL.CL", Naive, Standard, clCL},
		{"TE.TE", Naive, Standard, teTE},
		{"CL.TE", Naive, Ours, clTE},
		{"CL.TE", Ours, Standard, clTE},
		{"CL.TE", Rewriting, Standard, clTE},
	}
}
