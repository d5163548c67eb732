package gateway

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/05-http/everywhere"
)

func TestAnOriginWhoseHeadIsTooLongOrNoneIsABadGateway(t *testing.T) {
	for _, answer := range []string{
		"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 2*maxAnswer) + "\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 2*maxAnswer), // and never a blank line
		"SSH-2.0-OpenSSH_9.2\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nhi",
	} {
		each(t, says(answer), func(t *testing.T, b *bench, v version) {
			got, err := v.client(b).RoundTrip(b.request(t.Context(), "GET", nil))
			must(t, err)
			defer got.Body.Close()
			if text, err := io.ReadAll(got.Body); got.StatusCode != 502 || strings.Count(string(text), "\n") != 1 || err != nil {
				t.Errorf("of %.40q the client gets %s, %q, %v", answer, got.Status, text, err)
			}
		})
	}
}

func TestBadChunksOfAnOriginAreABrokenAnswer(t *testing.T) {
	for _, bad := range []string{"zz\r\n", "0x4\r\n", "5\r\nmore!!\r\n", "ffffffffffffffffff\r\n", "0\r\nno trailer\r\n\r\n"} {
		each(t, says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"+bad), func(t *testing.T, b *bench, v version) {
			answer, err := v.client(b).RoundTrip(b.request(t.Context(), "GET", nil))
			if err == nil { // a stream of HTTP/3 may be reset before its head has been read
				defer answer.Body.Close()
				_, err = io.ReadAll(answer.Body)
			}
			if d := <-b.done; err == nil || !d.Cut {
				t.Errorf("of %q the client gets a whole answer; the log says cut %v", bad, d.Cut)
			}
		})
	}
}

// It may send a byte from time to time, so what counts is the whole head.
func TestAHeadThatComesByteForByteIsGivenUp(t *testing.T) {
	in(t, says(fine), func(t *testing.T, b *bench) {
		conn, err := b.clear.DialContext(t.Context(), "", "")
		must(t, err)
		defer conn.Close()
		go io.Copy(io.Discard, conn)
		begun := time.Now()
		for _, c := range []byte("GET / HTTP/1.1\r\nHost: x\r\nX: slow\r\n\r\n") {
			if _, err := conn.Write([]byte{c}); err != nil {
				break
			}
			time.Sleep(time.Second)
		}
		if took := time.Since(begun); took < everywhere.HeadTimeout || took > everywhere.HeadTimeout+time.Second {
			t.Errorf("it is given up after %v", took)
		}
		if len(b.heard) > 0 {
			t.Errorf("the origin is asked %q", <-b.heard)
		}
	})
}

func TestAnOriginWhoseHeadComesByteForByteIsGivenUp(t *testing.T) {
	slow := func(conn net.Conn, r *bufio.Reader, heard chan<- string) {
		head(r)
		_, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nX: ")
		for err == nil {
			time.Sleep(time.Second)
			_, err = io.WriteString(conn, "x")
		}
		heard <- err.Error()
	}
	in(t, slow, func(t *testing.T, b *bench) {
		r, _ := b.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		answer, text, _ := answered(t, r)
		if d := <-b.done; answer.StatusCode != 504 || text == "" || d.Took != Thinking {
			t.Errorf("%s, %q after %v", answer.Status, text, d.Took)
		}
		<-b.heard // it cannot write any more
	})
}
