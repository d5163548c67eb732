// Lesson 5: HTTP, which marks where a message ends, from bytes to HTTP/3.
package main

import (
	"context"
	"io"
	"log"
	"os"

	"onthewire/lessons/05-http/experiments"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/experiment/try"
)

var commands struct {
	Demo      demoCommand      `cmd:"" default:"1" help:"Fetch a page by HTTP/1.1, HTTP/2 and HTTP/3 over a long link, and draw what waits for what."`
	Serve     serveCommand     `cmd:"" help:"Serve one set of handlers by HTTP/1.1, HTTP/2 and HTTP/3."`
	Hello     helloCommand     `cmd:"" help:"Serve \"Hello, World!\" by a server that is written out here, over HTTP/1.1."`
	Get       getCommand       `cmd:"" help:"Fetch a URL by HTTP/1.1, HTTP/2 or HTTP/3, and tell when each phase of it was over."`
	Waterfall waterfallCommand `cmd:"" help:"Load that page again, over a link of your own choice."`
	Ladder    ladderCommand    `cmd:"" help:"Set servers that say hello side by side on one CPU: this lesson's, net/http, others."`
	Compare   compareCommand   `cmd:"" help:"Set proxies side by side on one CPU: this lesson's, httputil.ReverseProxy, nginx, haproxy."`
	Proxy     proxyCommand     `cmd:"" help:"Forward requests to whom their target names, and dig tunnels (CONNECT)."`
	Tunnels   tunnelsCommand   `cmd:"" help:"Measure what a tunnel costs: throughput beside a direct connection, and memory and descriptors of an idle one."`
	Gateway   gatewayCommand   `cmd:"" help:"Stand in front of servers of HTTP/1.1: HTTP/1.1, HTTP/2 and HTTP/3 to clients, round robin behind."`
	Relay     relayCommand     `cmd:"" help:"Be httputil.ReverseProxy and no more, for compare."`
	Type      typeCommand      `cmd:"" help:"Type a request byte for byte, and see in hex what comes back, and when."`
	Grid      gridCommand      `cmd:"" help:"Show what three parsers make of one request, and where they disagree."`
	Twelve    twelveCommand    `cmd:"" help:"Post twelve bytes over a long link, and count what they cost."`
	Frames    framesCommand    `cmd:"" help:"Ask by HTTP/2, and see every frame of both sides."`
	Try       tryCommand       `cmd:"" help:"Run an experiment: one thing changed, and what that changes."`
}

func main() {
	if name := "QUIC_GO_DISABLE_RECEIVE_BUFFER_WARNING"; os.Getenv(name) == "" {
		os.Setenv(name, "true") // quic-go wants larger buffers than most systems grant, and says so each time
	}
	cli.Main("lesson5", "Lesson 5: HTTP, which marks where a message ends, from bytes to HTTP/3.", &commands)
}

type tryCommand struct{ try.Command }

func (c tryCommand) Run(ctx context.Context) error {
	log.SetOutput(io.Discard) // net/http logs each connection that ends while it stops
	return c.Try(ctx, "lesson5", experiments.All())
}
