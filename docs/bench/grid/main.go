// Command grid adds a column to the grid of lesson 05: what fasthttp makes of the same requests.
//
//	bin/lesson5 grid --json | (cd docs/bench && go run ./grid)
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

func main() {
	var requests []struct{ Name, About, Bytes string }
	if err := json.NewDecoder(os.Stdin).Decode(&requests); err != nil {
		fmt.Fprintln(os.Stderr, "read what lesson5 grid --json prints:", err)
		os.Exit(1)
	}
	fmt.Printf("  %-15s%-26s%s\n", "request", "what is odd", "fasthttp")
	for _, r := range requests {
		fmt.Printf("  %-15s%-26s%s\n", r.Name, r.About, judge(r.Bytes))
	}
}

// judge gives the bytes to a server, on a connection in memory, and says what it has read.
func judge(request string) string {
	var seen []string
	server := &fasthttp.Server{
		Handler: func(ctx *fasthttp.RequestCtx) {
			seen = append(seen, fmt.Sprintf("%s %d", ctx.Path(), len(ctx.PostBody())))
		},
		ErrorHandler: func(ctx *fasthttp.RequestCtx, err error) {
			if strings.Contains(err.Error(), "EOF") {
				seen = append(seen, "waits")
				return
			}
			ctx.SetStatusCode(fasthttp.StatusBadRequest)
			seen = append(seen, "400")
		},
		Logger: silent{},
	}
	server.ServeConn(&script{in: strings.NewReader(request)})
	return strings.Join(seen, ", ")
}

type silent struct{}

func (silent) Printf(string, ...any) {}

// A script is a connection that brings bytes from memory, and then the peer's FIN.
type script struct{ in *strings.Reader }

func (s *script) Read(p []byte) (int, error)       { return s.in.Read(p) }
func (s *script) Write(p []byte) (int, error)      { return io.Discard.Write(p) }
func (s *script) Close() error                     { return nil }
func (s *script) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (s *script) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (s *script) SetDeadline(time.Time) error      { return nil }
func (s *script) SetReadDeadline(time.Time) error  { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }
