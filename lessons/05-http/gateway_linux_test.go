package main

import (
	"strings"
	"syscall"
	"testing"

	"onthewire/lessons/05-http/proxy/proxytest"
)

func TestTheGatewayAnswersByEachVersionAndLogsWithoutTheQuery(t *testing.T) {
	hello := start(t, "hello", "--addr", "127.0.0.1:0")
	behind := hello.next("listening on ")
	serve := start(t, "serve", "--quiet", "--addr", "127.0.0.1:0", "--clear-addr", "127.0.0.1:0")
	secured := serve.next("listening on ")
	serve.next("listening on ")
	closed := proxytest.Nobody(t)
	gateway := func(words ...string) *running {
		return start(t, append([]string{"gateway", "--addr", "127.0.0.1:0", "--clear-addr", "127.0.0.1:0"}, words...)...)
	}
	one := gateway("--to", "http://"+behind)
	other := gateway("--to", "http://"+closed, "--to", "https://"+secured, "--ready-path", "/ready", "--quiet")
	alone := gateway("--to", "http://"+closed, "--quiet")
	settings := map[string]string{"CLOSED": closed, "SECURE": one.next("listening on "), "CLEAR": one.next("listening on ")}
	for name, g := range map[string]*running{"OTHER": other, "ALONE": alone} {
		g.next("listening on ")
		settings[name] = g.next("listening on ")
	}
	t.Run("script", func(t *testing.T) { script(t, "gateway.txtar", settings) })
	for _, program := range []*running{one, other, alone, hello, serve} {
		program.ends(syscall.SIGTERM)
	}
	if log := one.errors.String(); !strings.Contains(log, `msg="GET /" proto=HTTP/3.0 status=200 bytes=13 `) || !strings.Contains(log, "origin="+behind) || strings.Contains(log, "secret") {
		t.Errorf("it logs\n%s", log)
	}
	if log := other.errors.String() + alone.errors.String(); log != "" {
		t.Errorf("quiet ones log\n%s", log)
	}
}
