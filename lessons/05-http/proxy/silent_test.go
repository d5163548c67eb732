package proxy

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"onthewire/lessons/05-http/proxy/hop"
	"onthewire/lessons/05-http/proxy/proxytest"
)

func silently(t *testing.T, scene func(client, origin net.Conn)) {
	proxytest.Silently(t, func(ctx context.Context, l net.Listener, dial proxytest.Dial) error {
		p := New("us", to(loopback))
		p.kept.DialContext = hop.Keeping(dial)
		p.fresh.DialContext = p.kept.DialContext
		return p.Serve(ctx, l)
	}, scene)
}

func TestAClientThatFallsSilentInItsBodyIsGivenUp(t *testing.T) {
	silently(t, func(client, origin net.Conn) {
		go io.Copy(io.Discard, origin)
		begun := time.Now()
		go io.WriteString(client, "POST http://origin/ HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
		r := bufio.NewReader(client)
		answer, err := http.ReadResponse(r, nil)
		must(t, err)
		io.Copy(io.Discard, answer.Body)
		if answer.StatusCode != 504 || time.Since(begun) != silence {
			t.Errorf("%s after %v", answer.Status, time.Since(begun))
		}
		if _, err := r.ReadByte(); err != io.EOF {
			t.Errorf("and then %v: what is left of the body could be taken for a request", err)
		}
	})
}

func TestAnOriginThatFallsSilentInItsAnswerIsGivenUp(t *testing.T) {
	silently(t, func(client, origin net.Conn) {
		begun := time.Now()
		go io.WriteString(client, "GET http://origin/ HTTP/1.1\r\nHost: x\r\n\r\n")
		head(bufio.NewReader(origin))
		io.WriteString(origin, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
		answer, err := http.ReadResponse(bufio.NewReader(client), nil)
		must(t, err)
		if text, err := io.ReadAll(answer.Body); string(text) != "half" || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%q, %v", text, err)
		}
		if time.Since(begun) != silence {
			t.Errorf("after %v", time.Since(begun))
		}
	})
}

func TestAnOriginThatNeverAnswersIsGivenUp(t *testing.T) {
	silently(t, func(client, origin net.Conn) {
		go io.Copy(io.Discard, origin)
		go io.WriteString(client, "GET http://origin/ HTTP/1.1\r\nHost: x\r\n\r\n")
		begun := time.Now()
		answer, err := http.ReadResponse(bufio.NewReader(client), nil)
		must(t, err)
		if answer.StatusCode != 504 || time.Since(begun) != thinking {
			t.Errorf("%s after %v", answer.Status, time.Since(begun))
		}
	})
}

func TestAHeadThatComesByteForByteIsGivenUp(t *testing.T) {
	silently(t, func(client, origin net.Conn) {
		go io.Copy(io.Discard, client)
		begun := time.Now()
		for _, b := range []byte("GET http://origin/ HTTP/1.1\r\nHost: x\r\n\r\n") {
			if _, err := client.Write([]byte{b}); err != nil {
				break
			}
			time.Sleep(time.Second)
		}
		if took := time.Since(begun); took < 10*time.Second || took > 11*time.Second {
			t.Errorf("it is given up after %v", took)
		}
	})
}

func TestAClientThatLeavesLetsTheOriginGo(t *testing.T) {
	silently(t, func(client, origin net.Conn) {
		go io.WriteString(client, "GET http://origin/ HTTP/1.1\r\nHost: x\r\n\r\n")
		head(bufio.NewReader(origin)) // it thinks from now on
		begun := time.Now()
		client.Close()
		if _, err := origin.Read(make([]byte, 1)); err != io.EOF || time.Since(begun) > time.Second {
			t.Errorf("the origin sees %v after %v", err, time.Since(begun))
		}
	})
}
