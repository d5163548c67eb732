package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

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
		all = append(all, nginxServer(nginx, folder, "", location))
	}
	return all, nil
}

// nginxServer is one process, and lets a connection have as many requests as it likes.
func nginxServer(nginx, folder, http, location string) measure.Server {
	conf := filepath.Join(folder, "nginx.conf")
	text := fmt.Sprintf(nginxConf, http, location)
	script := fmt.Sprintf("printf '%%s' '%s' > %s; exec %s -p %s -c %s", text, conf, nginx, folder, conf)
	return measure.Server{Name: "nginx", Command: []string{"sh", "-c", script}}
}

const nginxConf = `daemon off; master_process off; pid nginx.pid; error_log stderr crit;
events {}
http {
	access_log off; keepalive_requests 1000000000;
	client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
	%s
	server { listen 127.0.0.1:{port}; %s }
}`
