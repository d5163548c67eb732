package hostile

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// A Protocol is what a server speaks: what to say to it, and when that has been answered.
type Protocol struct {
	Name string
	say  []byte                    // a whole request
	hear func(*bufio.Reader) error // reads a whole answer to it
	ask  func(net.Conn) error      // both, or what stands for them
}

// Echo, HTTP and TLS are what these clients speak.
var (
	Echo = inWords("echo", "hello, wire\n", func(r *bufio.Reader) error {
		got := make([]byte, len("hello, wire\n"))
		if _, err := io.ReadFull(r, got); err != nil {
			return fmt.Errorf("read the answer: %w", err)
		} else if string(got) != "hello, wire\n" {
			return fmt.Errorf("%q comes back", got)
		}
		return nil
	})
	HTTP = inWords("http", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", func(r *bufio.Reader) error {
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			return fmt.Errorf("read the answer: %w", err)
		}
		defer resp.Body.Close()
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			return fmt.Errorf("read the answer's body: %w", err)
		}
		return nil
	})
	TLS = Protocol{Name: "tls", ask: func(conn net.Conn) error {
		err := tls.Client(conn, &tls.Config{ServerName: "localhost"}).Handshake()
		if _, untrusted := errors.AsType[*tls.CertificateVerificationError](err); untrusted {
			return nil // it has shown a certificate, which is all that we want of it
		}
		return err
	}}
)

// Protocols are all of them.
func Protocols() []Protocol { return []Protocol{Echo, HTTP, TLS} }

func inWords(name, say string, hear func(*bufio.Reader) error) Protocol {
	return Protocol{Name: name, say: []byte(say), hear: hear, ask: func(conn net.Conn) error {
		if _, err := io.WriteString(conn, say); err != nil {
			return fmt.Errorf("ask: %w", err)
		}
		return hear(bufio.NewReader(conn))
	}}
}

// Detect tells what a server speaks, from how it answers the words of an echo.
func (s Server) Detect(ctx context.Context) (Protocol, error) {
	conn, err := s.dial(ctx)
	if err != nil {
		return Protocol{}, err
	}
	defer conn.Close()
	if _, err := conn.Write(Echo.say); err != nil {
		return Protocol{}, err
	}
	got := make([]byte, len(Echo.say))
	n, err := io.ReadAtLeast(conn, got, len("HTTP/"))
	switch got = got[:n]; {
	case bytes.HasPrefix(Echo.say, got) && n > 0:
		return Echo, nil
	case bytes.HasPrefix(got, []byte("HTTP/")):
		return HTTP, nil
	case s.speaks(TLS).asks(ctx) == nil:
		return TLS, nil
	case s.speaks(HTTP).asks(ctx) == nil: // it had waited for the end of a head
		return HTTP, nil
	case ctx.Err() != nil:
		return Protocol{}, ctx.Err()
	case n == 0:
		return Protocol{}, fmt.Errorf("nothing answers %q (%v)", "hello, wire", err)
	}
	return Protocol{}, fmt.Errorf("%q is answered by %q", "hello, wire", got)
}

func (s Server) speaks(p Protocol) Server {
	s.Speaks = p
	return s
}
