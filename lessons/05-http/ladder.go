package main

import (
	"context"
	"os"
	"os/exec"

	"onthewire/lessons/05-http/peers"
	"onthewire/lessons/internal/measure"
)

type ladderCommand struct {
	Engines []string `default:"net/http,goroutines,loop" enum:"net/http,goroutines,loop" help:"Engines of hello: ${enum}. The first is what the others are compared with."`
	turns   `embed:""`
}

func (c ladderCommand) Run(ctx context.Context) error {
	folder, err := os.MkdirTemp("", "ladder")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	servers, err := c.servers(folder)
	if err != nil {
		return err
	}
	return c.run(ctx, contest{
		key: "hello", title: "GET /", servers: servers,
		target: func(string) string { return "/" },
	})
}

// servers are hello's engines, and nginx where it is installed.
func (c ladderCommand) servers(folder string) (all []measure.Server, err error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	for _, engine := range c.Engines {
		all = append(all, measure.Server{Name: engine, Command: []string{program, "hello", "--engine", engine, "--addr", "127.0.0.1:0"}})
	}
	if nginx, err := exec.LookPath("nginx"); err == nil {
		location := `location / { default_type text/plain; return 200 "Hello, World!"; }`
		all = append(all, peers.Nginx(nginx, folder, "", location))
	}
	return all, nil
}
