// Command hello is what lesson 05's ladder asks of fasthttp.
//
//	(cd docs/bench && go build -o ../../bin/fasthttp ./hello)
//	bin/lesson5 ladder --rival "fasthttp=bin/fasthttp {port}"
package main

import (
	"fmt"
	"os"

	"github.com/valyala/fasthttp"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: hello PORT")
		os.Exit(2)
	}
	server := &fasthttp.Server{Handler: func(ctx *fasthttp.RequestCtx) {
		ctx.SetContentType("text/plain; charset=utf-8")
		ctx.WriteString("Hello, World!")
	}}
	if err := server.ListenAndServe("127.0.0.1:" + os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
