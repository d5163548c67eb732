package reading

import (
	"context"
	"strings"
	"testing"

	"onthewire/lessons/internal/leak"
)

func TestWhatLeavesAProxyCanBeReadInOneWay(t *testing.T) {
	leak.Check(t)
	for _, c := range []struct {
		messages []Odd
		send     func(context.Context, string, Odd) (Outcome, error)
	}{{Requests, Request}, {Answers, Answer}} {
		for _, odd := range c.messages {
			for _, proxy := range Proxies {
				o, err := c.send(t.Context(), proxy, odd)
				if err != nil {
					t.Fatalf("%s, %s: %v", odd.Name, proxy, err)
				}
				if len(o.Readings) != 1 || strings.Contains(o.Left, "unreadable") || strings.Contains(o.Left, "behind") {
					t.Errorf("%s: what leaves %s is read as %q", odd.Name, proxy, o.Readings)
				}
				t.Log(odd.Name, proxy, o.Left)
			}
		}
	}
}

// Of these the standard library makes something. The strict reader in front lets none pass.
func TestTheFastPathRefusesWhatNetHTTPTakes(t *testing.T) {
	leak.Check(t)
	taken := map[string]string{}
	for _, odd := range Requests {
		fast, err := Request(t.Context(), "proxy --fast", odd)
		if err != nil {
			t.Fatal(err)
		}
		standard, err := Request(t.Context(), "ReverseProxy", odd)
		if err != nil {
			t.Fatal(err)
		}
		if fast.Left == "400" && standard.Left != "400" {
			taken[odd.Name] = standard.Left
		}
	}
	for name, want := range map[string]string{
		"two equal lengths": "/a 5", "LF for CR LF": "/a 5", "a field in two lines": "/a 0, /b 0", "a length, and chunks": "/a 0, /b 0",
	} {
		if taken[name] != want {
			t.Errorf("%s: %q, want %s", name, taken[name], want)
		}
	}
}

// A reader that cannot find a hole proves nothing, so here is one.
func TestAMessageThatCanBeReadInTwoWaysIsFound(t *testing.T) {
	tape := &tape{}
	tape.hear([]byte("POST /a HTTP/1.1\r\nHost: wire\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello"))
	if o, err := tape.outcome(t.Context()); err != nil || len(o.Readings) != 2 {
		t.Errorf("%+v, %v", o, err)
	}
	for _, raw := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
		"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello" + evil,
	} {
		if one, other := strictly([]byte(raw), nil), standard([]byte(raw), nil); one == other && !strings.Contains(one, "behind") {
			t.Errorf("%q is read as %q", raw, one)
		}
	}
}
