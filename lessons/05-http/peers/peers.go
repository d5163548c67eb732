// Package peers are servers of others, set up on one CPU to be measured beside ours.
package peers

import (
	"fmt"
	"path/filepath"
	"strings"

	"onthewire/lessons/internal/measure"
)

// Nginx is one process, and lets a connection have as many requests as it likes. What it does
// stands in a location, and perhaps in a block of http. It keeps its files in folder.
func Nginx(program, folder, http, location string) measure.Server {
	conf := filepath.Join(folder, "nginx.conf")
	return configured("nginx", conf, fmt.Sprintf(nginxConf, http, location), program, "-p", folder, "-c", conf)
}

// NginxProxy forwards to an origin, and keeps connections to it.
func NginxProxy(program, folder, origin string) measure.Server {
	return Nginx(program, folder,
		fmt.Sprintf("upstream origin { server %s; keepalive 250; keepalive_requests 1000000000; }", origin),
		`location / { proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; }`)
}

// HAProxy forwards to an origin, with one thread, and keeps connections to it.
func HAProxy(program, folder, origin string) measure.Server {
	conf := filepath.Join(folder, "haproxy.cfg")
	return configured("haproxy", conf, fmt.Sprintf(haproxyConf, origin), program, "-f", conf)
}

// configured writes the file as the server starts: only then is its port known.
func configured(name, conf, text string, command ...string) measure.Server {
	script := fmt.Sprintf("printf '%%s' '%s' > %s; exec %s", text, conf, strings.Join(command, " "))
	return measure.Server{Name: name, Command: []string{"sh", "-c", script}}
}

const nginxConf = `daemon off; master_process off; pid nginx.pid; error_log stderr crit;
events {}
http {
	access_log off; keepalive_requests 1000000000;
	client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
	%s
	server { listen 127.0.0.1:{port}; %s }
}`

const haproxyConf = `global
	nbthread 1
defaults
	mode http
	timeout connect 10s
	timeout client 1m
	timeout server 1m
frontend in
	bind 127.0.0.1:{port}
	default_backend origin
backend origin
	http-reuse always
	server origin %s
`
