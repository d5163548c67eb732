package servertest

import (
	"bufio"
	"net"
	"os"
	"testing"
	"time"

	"onthewire/lessons/internal/leak"
)

// timeout is how long a test waits for what must happen. It only passes when something is
// broken.
const timeout = 30 * time.Second

// A client speaks on one connection and hears on the other; only in a chat are there two.
type client struct {
	t    *testing.T
	talk Talk
	say  *net.TCPConn
	hear *net.TCPConn
	*bufio.Reader
}

func (s *server) client() *client {
	s.t.Helper()
	c := &client{t: s.t, talk: s.talk, hear: dial(s.t, s.address)}
	if c.say = c.hear; c.talk.Others {
		c.say = dial(s.t, s.address) // whoever comes later is let in after it
	}
	c.Reader = bufio.NewReader(c.hear)
	return c
}

// glutton is a client that will not read. Its own buffers are small, so that few bytes fill
// all that lies between its write and the server's; by default they are large as well.
func (s *server) glutton() *client {
	s.t.Helper()
	c := s.client()
	if os.Getenv("SOAK") == "" {
		must(s.t, c.hear.SetReadBuffer(256<<10))
		must(s.t, c.say.SetWriteBuffer(256<<10))
	}
	return c
}

// more is what was taken of the noise, and a little that was not.
func more(taken int) []byte { return noise()[:min(len(noise()), taken+size(1<<20, 16<<20))] }

func dial(t *testing.T, address string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	must(t, err)
	t.Cleanup(func() { conn.Close() })
	must(t, conn.SetDeadline(time.Now().Add(timeout)))
	return conn.(*net.TCPConn)
}

// ask says so much that some n bytes are owed.
func (c *client) ask(n int) {
	c.t.Helper()
	_, err := c.say.Write(c.talk.Ask(n))
	must(c.t, err)
}

// answered fails the test unless the answer to ask(n) comes.
func (c *client) answered(n int) {
	c.t.Helper()
	must(c.t, c.talk.Hear(c.Reader, n))
}

// short is a message as most are.
const short = 12

func (c *client) hello() {
	c.t.Helper()
	c.ask(short)
	c.answered(short)
}

// slowly reads at a steady pace from here on, so many bytes a second.
func (c *client) slowly(rate int) {
	c.Reader = bufio.NewReaderSize(&steady{conn: c.hear, rate: rate, begun: time.Now()}, max(16, rate/100))
}

// A steady reader reads at its own pace. To wait is what it is for.
type steady struct {
	conn  net.Conn
	rate  int // bytes a second
	begun time.Time
	read  int
}

func (s *steady) Read(p []byte) (int, error) {
	due := s.begun.Add(time.Duration(float64(s.read) / float64(s.rate) * float64(time.Second)))
	time.Sleep(time.Until(due))
	n, err := s.conn.Read(p[:min(len(p), max(16, s.rate/100))])
	s.read += n
	return n, err
}

// reset closes conn so that the kernel sends RST.
func reset(t *testing.T, conn *net.TCPConn) {
	t.Helper()
	must(t, conn.SetLinger(0))
	must(t, conn.Close())
}

// closed waits until no more descriptors are open than before: a server in this process has
// closed its ends too.
func closed(t *testing.T, before int) {
	t.Helper()
	after, known := leak.Descriptors()
	for end := time.Now().Add(timeout); known && after > before && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
		after, _ = leak.Descriptors()
	}
	if known && after > before {
		t.Errorf("%d descriptors were open before, %d are now", before, after)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
