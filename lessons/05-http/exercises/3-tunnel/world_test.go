package tunnel

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"time"

	"onthewire/lessons/internal/exercise"
	"onthewire/lessons/internal/leak"
)

// A world is a proxy that has a tunnel, and a place to which it leads.
type world struct {
	proxy  string
	failed chan error // by the reader's code
	there  *net.TCPListener
	conns  []net.Conn
}

// inAWorld plays a scene with the reader's tunnel. Once that has returned nothing may be open.
func inAWorld(scene func(*world) error) error {
	before := sockets()
	if err := play(scene); err != nil {
		return err
	}
	after := sockets()
	for end := time.Now().Add(time.Second); after > before && time.Now().Before(end); after = sockets() {
		time.Sleep(time.Millisecond)
	}
	if after > before {
		return errors.New("tunnel has returned, and a connection is still open")
	}
	return nil
}

// withoutPipes waits until the pipes are gone with which io.Copy splices. It keeps them for the
// next time, until the garbage collector comes.
func withoutPipes(check func() error) error {
	before, _ := leak.Descriptors()
	if err := check(); err != nil {
		return err
	}
	for range 1000 {
		if now, _ := leak.Descriptors(); now <= before {
			break
		}
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	return nil
}

func play(scene func(*world) error) (err error) {
	w := &world{failed: make(chan error, 100)}
	door, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	there, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	w.proxy, w.there = door.Addr().String(), there.(*net.TCPListener)
	returned := make(chan struct{}, 100)
	began := make(chan struct{}, 100)
	server := &http.Server{Handler: http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		began <- struct{}{}
		if err := exercise.Catch(func() error { tunnel(answer, r); return nil }); err != nil {
			w.failed <- err
			there.Close() // nobody is going to come
			panic(http.ErrAbortHandler)
		}
		returned <- struct{}{}
	})}
	served := make(chan error, 1)
	go func() { served <- server.Serve(door) }()

	err = scene(w)
	for _, conn := range w.conns {
		conn.Close()
	}
	there.Close()
	late := time.After(exercise.Timeout() / 2)
	for range len(began) {
		select {
		case <-returned:
		case failed := <-w.failed:
			err = failed // which is why somebody hears nothing
		case <-late:
			if err == nil {
				err = errors.New("the guest and the room have both ended, and tunnel does not return")
			}
		}
	}
	server.Shutdown(context.Background())
	<-served
	return err
}

// sockets counts the open ones of this process.
func sockets() (n int) {
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		n, _ = leak.Descriptors()
		return n
	}
	for _, fd := range all {
		if to, err := os.Readlink("/proc/self/fd/" + fd.Name()); err == nil && strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n
}

// An end is the guest, or the one whom it has asked for.
type end struct {
	*net.TCPConn
	r *bufio.Reader
}

func (w *world) end(conn net.Conn) *end {
	w.conns = append(w.conns, conn)
	conn.SetDeadline(time.Now().Add(exercise.Timeout() * 3 / 4))
	return &end{conn.(*net.TCPConn), bufio.NewReader(conn)}
}

// asks sends a CONNECT, and in the same packet what comes behind it.
func (w *world) asks(behind string) (*end, error) {
	conn, err := net.Dial("tcp4", w.proxy)
	if err != nil {
		return nil, err
	}
	guest := w.end(conn)
	to := w.there.Addr().String()
	_, err = fmt.Fprintf(guest, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n%s", to, to, behind)
	return guest, err
}

// accept is the other end of what the tunnel dials.
func (w *world) accept() (*end, error) {
	w.there.SetDeadline(time.Now().Add(exercise.Timeout() * 3 / 4))
	conn, err := w.there.Accept()
	if err != nil {
		return nil, errors.New("the guest asks for a connection, and nobody dials")
	}
	return w.end(conn), nil
}

// connected reads the answer, which has to be 200 and no more.
func (e *end) connected() error {
	head, err := e.head()
	if err != nil {
		return fmt.Errorf("the room is there, and the guest hears no answer to CONNECT: %w", err)
	}
	status, fields, _ := strings.Cut(head, "\r\n")
	if !strings.HasPrefix(status, "HTTP/1.1 200 ") {
		return fmt.Errorf("the room is there, and the guest is not told 200: %q", status)
	}
	for _, field := range []string{"Transfer-Encoding", "Content-Length"} {
		if strings.Contains(strings.ToLower(fields), strings.ToLower(field)) {
			return fmt.Errorf("the 200 has a %s, as if a body came: what comes behind it belongs to the room", field)
		}
	}
	return nil
}

func (e *end) head() (string, error) {
	var all strings.Builder
	for {
		line, err := e.r.ReadString('\n')
		all.WriteString(line)
		if err != nil || line == "\r\n" {
			return all.String(), err
		}
	}
}

// hears reads so many bytes as text has.
func (e *end) hears(text string) error {
	got := make([]byte, len(text))
	if n, err := io.ReadFull(e.r, got); err != nil {
		return fmt.Errorf("of %d bytes come %d: %w", len(text), n, err)
	}
	if string(got) != text {
		return fmt.Errorf("%.40q comes instead of %.40q", got, text)
	}
	return nil
}

// hearsTheEnd wants the other one to have ended, and nothing before that.
func (e *end) hearsTheEnd() error {
	_, err := e.r.ReadByte()
	switch {
	case err == nil:
		return errors.New("something else comes")
	case errors.Is(err, os.ErrDeadlineExceeded):
		return err
	}
	return nil
}

// pair is a guest and its room, connected.
func (w *world) pair() (guest, room *end, err error) {
	if guest, err = w.asks(""); err != nil {
		return nil, nil, err
	}
	if room, err = w.accept(); err != nil {
		return nil, nil, err
	}
	return guest, room, guest.connected()
}

func said(err error, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
