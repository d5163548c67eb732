package hopbyhop

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/05-http/h1"
	"onthewire/lessons/internal/exercise"
)

func TestAProxyKeepsToItselfWhatIsForOneConnection(t *testing.T) {
	exercise.Check(t, func() error {
		for _, s := range scenes {
			if err := s.play(); err != nil {
				return err
			}
		}
		return nil
	})
}

// A scene is a message in which some fields are for the proxy. These begin with a "-".
type scene struct {
	answer  bool   // it is the origin's, on its way to the client
	fields  string // a line each
	reaches string // what is wrong if one for the proxy is passed on
	missing string // what is wrong if another one is not
}

const lost = "a field is lost that was for whoever is behind the proxy"

var scenes = []scene{
	{false, "Cookie: a=1\nAccept: text/plain\nAuthorization: Basic eDp5", "", lost},
	{false, "Cookie: a=1\nAccept: text/plain\nCookie: b=2", "", "a field with two lines has lost one of them"},
	{false, "-Connection: close\nCookie: a=1", "the origin is told what Connection was meant to tell the proxy", lost},
	{false, "-Keep-Alive: timeout=5\nCookie: a=1", "Keep-Alive reaches the origin, although it is for one connection", lost},
	{false, "-Proxy-Connection: keep-alive\n-TE: trailers\n-Upgrade: websocket\nCookie: a=1",
		"a field reaches the origin that is for one connection, although no Connection names it", lost},
	{false, "-kEEP-aLIVE: timeout=5\n-upgrade: websocket\nCookie: a=1", "a field reaches the origin because its name is spelled in another case", lost},
	{false, "-Proxy-Authorization: Basic eDp5\nCookie: a=1", "the origin is told the password for the proxy", lost},
	{false, "-Connection: close, X-Internal\n-X-Internal: 1\nCookie: a=1", "a field reaches the origin although Connection names it", lost},
	{false, "-Connection: close,X-Internal ,\t X-Other,,\n-X-Internal: 1\n-X-Other: 2\nCookie: a=1",
		"a field reaches the origin because its name in Connection has spaces around it, or none", lost},
	{false, "-Connection: X-Internal\n-X-Internal: 1\n-X-Internal: 2\nCookie: a=1\n-X-Internal: 3",
		"of a field with three lines that Connection names, one reaches the origin", lost},
	{false, "-Connection: X-Internal\n-X-Internal: 1\nCookie: a=1\n-Connection: X-Other\n-X-Other: 2",
		"a field reaches the origin although the second line of Connection names it", lost},
	{false, "-cOnNeCtIoN: x-internal\n-X-INTERNAL: 1\nCookie: a=1",
		"a field reaches the origin because Connection spells it in another case", lost},
	{false, "-X-Internal: 1\nCookie: a=1\n-Connection: X-Internal", "a field reaches the origin because it stands before the Connection that names it", lost},
	{false, "-Connection: X-Internal\nX-Internal-Too: 1\nX: 2\n-X-Internal: 3", "a field reaches the origin although Connection names it",
		"a field is lost whose name only looks like one that Connection names"},
	{false, "-Transfer-Encoding: chunked\nCookie: a=1", "Transfer-Encoding reaches the origin, where the body comes without chunks", lost},
	{true, "-Connection: X-Internal\n-X-Internal: 1\n-Keep-Alive: timeout=5\n-Proxy-Authenticate: Basic\nSet-Cookie: a=1\nSet-Cookie: b=2",
		"a field of the answer reaches the client, although it is for the proxy", "a field of the answer is lost"},
}

func (s scene) play() error {
	var sent, want []h1.Field
	for line := range strings.SplitSeq(s.fields, "\n") {
		text, proxys := strings.CutPrefix(line, "-")
		name, value, _ := strings.Cut(text, ": ")
		if sent = append(sent, h1.Field{Name: name, Value: value}); !proxys {
			want = append(want, h1.Field{Name: name, Value: value})
		}
	}
	request, answer := sent, []h1.Field(nil)
	if s.answer {
		request, answer = nil, sent
	}
	origin, client, err := through(request, answer)
	got := origin
	if s.answer {
		got = client
	}
	if err != nil {
		return err
	}
	got = slices.DeleteFunc(got, func(f h1.Field) bool { return f.Name == "Host" || f.Name == "Content-Length" })
	for _, f := range got {
		if i := slices.Index(sent, f); i < 0 {
			return fmt.Errorf("a field is passed on that nobody has sent: %q", f.Name+": "+f.Value)
		}
		if !slices.Contains(want, f) {
			return fmt.Errorf("%s: %q", s.reaches, f.Name+": "+f.Value)
		}
	}
	for _, f := range want {
		if !slices.Contains(got, f) {
			return fmt.Errorf("%s: %q", s.missing, f.Name+": "+f.Value)
		}
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("the fields are passed on in another order, or twice: %v, want %v", got, want)
	}
	return nil
}

// through sends a request through the proxy, and returns what fields the origin and the client
// have got. All three are on real sockets.
func through(request, answer []h1.Field) (origin, client []h1.Field, err error) {
	door, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	defer door.Close()
	near, far, err := pair(door)
	if err != nil {
		return nil, nil, err
	}
	defer near.Close()
	toOrigin, there, err := pair(door)
	if err != nil {
		return nil, nil, err
	}
	var got []h1.Field // read once served has told
	proxied, served := make(chan error, 1), make(chan error, 1)
	go func() {
		defer far.Close()
		defer toOrigin.Close()
		proxied <- exercise.Catch(func() error { return forward(far, toOrigin) })
	}()
	go func() {
		defer there.Close()
		var err error
		if _, got, err = head(bufio.NewReader(there)); err == nil {
			err = say(there, "HTTP/1.1 200 OK", answer, "")
		}
		served <- err
	}()
	body := ""
	if slices.ContainsFunc(request, func(f h1.Field) bool { return f.Name == "Transfer-Encoding" }) {
		body = "5\r\nhello\r\n0\r\n\r\n"
	}
	if err := say(near, "POST / HTTP/1.1", append([]h1.Field{{Name: "Host", Value: "wire"}}, request...), body); err != nil {
		return nil, nil, err
	}
	_, client, err = head(bufio.NewReader(near))
	if failed := <-proxied; failed != nil {
		return nil, nil, failed
	}
	if failed := <-served; failed != nil {
		return nil, nil, fmt.Errorf("the origin: %w", failed)
	}
	return got, client, err
}

// pair connects two sockets.
func pair(door net.Listener) (dialed, accepted net.Conn, err error) {
	if dialed, err = net.Dial("tcp", door.Addr().String()); err != nil {
		return nil, nil, err
	}
	if accepted, err = door.Accept(); err != nil {
		dialed.Close()
		return nil, nil, err
	}
	deadline := time.Now().Add(exercise.Timeout())
	dialed.SetDeadline(deadline)
	accepted.SetDeadline(deadline)
	return dialed, accepted, nil
}

func say(to io.Writer, first string, fields []h1.Field, body string) error {
	text := first + "\r\n"
	for _, f := range fields {
		text += f.Name + ": " + f.Value + "\r\n"
	}
	_, err := io.WriteString(to, text+"\r\n"+body)
	return err
}
