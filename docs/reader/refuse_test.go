package main

import (
	"strings"
	"testing"
)

func get(path string) string {
	return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
}

func TestWhatIsRefused(t *testing.T) {
	address, _ := started(t, "../..")
	for name, c := range map[string]struct{ request, status string }{
		"a file":               {get("/lessons/01-event-loop/main.go"), "200"},
		"the root":             {get("/go.mod"), "404"},
		"dots":                 {get("/lessons/../go.mod"), "404"},
		"dots above":           {get("/../../etc/passwd"), "404"},
		"encoded dots":         {get("/lessons/%2e%2e/go.mod"), "404"},
		"encoded slash":        {get("/lessons%2f01-event-loop/main.go"), "404"},
		"encoded twice":        {get("/lessons/%252e%252e/go.mod"), "404"},
		"backslash":            {get("/lessons\\..\\go.mod"), "404"},
		"encoded backslash":    {get("/lessons%5c..%5cgo.mod"), "404"},
		"a zero":               {get("/lessons/main.go%00"), "404"},
		"two slashes":          {get("//lessons"), "404"},
		"a dotfile":            {get("/.git/config"), "404"},
		"an asset's neighbour": {get("/-/../main.go"), "404"},
		"another host":         {"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", "421"},
		"localhost as a part":  {"GET / HTTP/1.1\r\nHost: localhost.evil.example\r\nConnection: close\r\n\r\n", "421"},
		"another address":      {"GET / HTTP/1.1\r\nHost: 192.0.2.1:8800\r\nConnection: close\r\n\r\n", "421"},
		"IPv6 loopback":        {"GET / HTTP/1.1\r\nHost: [::1]:8800\r\nConnection: close\r\n\r\n", "200"},
		"an absolute form":     {"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "421"},
		"no host":              {"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "400"},
		"no host, old":         {"GET / HTTP/1.0\r\n\r\n", "421"},
		"a POST":               {"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "405"},
		"a body":               {"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc", "413"},
		"two lengths":          {"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "400"},
		"not HTTP":             {"hello, wire\n\r\n\r\n", "400"},
		"a long head":          {"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n", "431"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := raw(t, address, c.request)
			if status, _, _ := strings.Cut(strings.TrimPrefix(answer, "HTTP/1.1 "), " "); status != c.status && strings.TrimPrefix(answer, "HTTP/1.0 ")[:3] != c.status {
				t.Errorf("it answers %.60q, not %s", answer, c.status)
			}
			if strings.Contains(answer, "module onthewire") {
				t.Error("it shows go.mod")
			}
		})
	}
}

func TestASlowHeadIsNotWaitedFor(t *testing.T) {
	address, _ := started(t, "../..")
	answer := raw(t, address, "GET / HTTP/1.1\r\nHost: loc") // and no more
	if strings.Contains(answer, "200 OK") {
		t.Errorf("half a head was answered: %q", answer)
	}
	if answer := raw(t, address, get("/")); !strings.Contains(answer, "200 OK") {
		t.Errorf("the next client gets %.60q", answer)
	}
}
