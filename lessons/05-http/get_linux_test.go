package main

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"

	"onthewire/lessons/internal/devcert"
)

func TestGetAsksByEachVersionAndSaysInOneLineWhatWasWrong(t *testing.T) {
	server := start(t, "serve", "--quiet", "--addr", "127.0.0.1:0", "--clear-addr", "127.0.0.1:0")
	secure, clear := server.next("listening on "), server.next("listening on ")
	t.Cleanup(func() { server.ends(syscall.SIGTERM) })

	authority, err := devcert.Load()
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := authority.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	other, err := devcert.LoadFrom(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	onlyH1 := httptest.NewUnstartedServer(http.NotFoundHandler())
	onlyH1.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	onlyH1.StartTLS() // without EnableHTTP2, so it names http/1.1 alone
	t.Cleanup(onlyH1.Close)
	silent, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close() })
	closed, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	script(t, "get.txtar", map[string]string{
		"SECURE": secure, "CLEAR": clear, "OTHER": other.Path(),
		"ONLYH1": onlyH1.Listener.Addr().String(), "SILENT": silent.LocalAddr().String(), "CLOSED": closed.Addr().String(),
	})
}
