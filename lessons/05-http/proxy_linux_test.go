package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestTheProxyConnectsToWhomItIsToldAndLogsWithoutTheQuery(t *testing.T) {
	server := start(t, "hello", "--addr", "127.0.0.1:0")
	origin := server.next("listening on ")
	t.Cleanup(func() { server.ends(syscall.SIGTERM) })
	_, port, _ := net.SplitHostPort(origin)
	proxy := start(t, "proxy", "--addr", "127.0.0.1:0", "--allow", "localhost", "--connect-port", port)
	at := proxy.next("listening on ")
	for request, want := range map[string]int{
		"GET http://localhost:" + port + "/?secret HTTP/1.1": 200,
		"GET http://127.0.0.1:" + port + "/ HTTP/1.1":        403,
		"CONNECT localhost:" + port + " HTTP/1.1":            200,
		"CONNECT localhost:25 HTTP/1.1":                      403,
	} {
		conn, err := net.Dial("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(10 * time.Second))
		fmt.Fprintf(conn, "%s\r\nHost: x\r\n\r\n", request)
		method, _, _ := strings.Cut(request, " ")
		answer, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
		if err != nil || answer.StatusCode != want {
			t.Errorf("%s: %v, %v, want %d", request, answer, err, want)
		}
	}
	proxy.ends(syscall.SIGTERM) // the tunnel is silent
	log := proxy.errors.String()
	if !strings.Contains(log, `msg="GET http://localhost:`+port+`/" status=200`) || !strings.Contains(log, `msg="CONNECT localhost:25" status=403`) ||
		!strings.Contains(log, `msg="CONNECT localhost:`+port+`" status=200`) || strings.Contains(log, "secret") {
		t.Errorf("it logs\n%s", log)
	}
	for _, words := range [][]string{{"--allow", "http://a"}, {"--connect-port", "70000"}, {"--addr", "nowhere"}} {
		if out, err := lesson5(append([]string{"proxy"}, words...)...).CombinedOutput(); err == nil || len(out) == 0 {
			t.Errorf("%v: %v, %s", words, err, out)
		}
	}
}
