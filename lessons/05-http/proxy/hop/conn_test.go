package hop

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"onthewire/lessons/05-http/pipe"
	"onthewire/lessons/05-http/proxy/proxytest"
)

func TestTheNamesBesideCloseAreKnownAndTheBodyIsNotKept(t *testing.T) {
	const body = 1 << 20
	for connection, want := range map[string][]string{
		"close": {"close"}, "close, X-Hop": {"close", "X-Hop"}, "x-hop\r\nConnection: close": {"x-hop", "close"}, "X-Hop": {"X-Hop"}, "": {""},
	} {
		l := pipe.Listen()
		go func() {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				io.WriteString(conn, "HTTP/1.1 103 Early Hints\r\nConnection: X-Early\r\n\r\n"+
					"HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\nConnection: "+connection+"\r\n\r\n"+strings.Repeat("x", body))
			}
		}()
		var conn *Conn
		transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			made, err := Keeping(l.DialContext)(ctx, network, address)
			if err == nil {
				conn = made.(*Conn)
				conn.Begin(nil)
			}
			return made, err
		}}
		request, err := http.NewRequestWithContext(t.Context(), "GET", "http://origin/", nil)
		proxytest.Must(t, err)
		answer, err := transport.RoundTrip(request)
		proxytest.Must(t, err)
		if got, err := conn.Named(answer); !slices.Equal(got, want) || err != nil {
			t.Errorf("Connection: %q names %q, %v", connection, got, err)
		}
		n, err := io.Copy(io.Discard, answer.Body)
		if n != body || err != nil {
			t.Errorf("%d bytes, %v", n, err)
		}
		if len(conn.head) > 64<<10 {
			t.Errorf("%d bytes of it are kept", len(conn.head))
		}
		answer.Body.Close()
		transport.CloseIdleConnections()
		l.Close()
	}
}
