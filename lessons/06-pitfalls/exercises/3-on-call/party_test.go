package oncall

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"onthewire/lessons/internal/exercise"
)

// A party is the guests, in the order in which they came.
type party struct {
	listener *listener

	mu     sync.Mutex // leave may be called in the middle of all
	guests []*guest
}

type guest struct {
	*net.TCPConn
	lines *bufio.Reader
}

func (p *party) happens() error {
	for _, scene := range []func() error{
		p.everybodyHears,
		p.aLineComesInPieces,
		p.twoTalkALot,
		p.oneIsReset,
		p.oneHasFinished,
		p.descriptorsRunOut,
		p.oneDoesNotRead,
	} {
		if err := scene(); err != nil {
			return err
		}
	}
	return nil
}

func (p *party) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, g := range p.guests {
		g.Close()
	}
}

// enter brings a guest. The room may not know it yet.
func (p *party) enter() (*guest, error) {
	conn, err := net.Dial("tcp4", p.listener.Addr().String())
	if err != nil {
		return nil, fmt.Errorf("nobody can enter any more: %w", err)
	}
	g := &guest{conn.(*net.TCPConn), bufio.NewReader(conn)}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.guests = append(p.guests, g)
	return g, nil
}

func (g *guest) say(text string) { io.WriteString(g, text) }

func (g *guest) hears(want, wrong string) error {
	g.SetReadDeadline(time.Now().Add(exercise.Timeout() / 4))
	line, err := g.lines.ReadString('\n')
	if err != nil && line == "" {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("%s: nothing is heard", wrong)
		}
		return fmt.Errorf("%s: the connection has ended (%v)", wrong, err)
	} else if line != want {
		return fmt.Errorf("%s: %.40q is heard", wrong, line)
	}
	return nil
}

// there waits until the room knows a guest. Nobody can tell when that is, so it speaks until it is
// heard.
func (p *party) there(g, others *guest) error {
	for range 200 {
		g.say("here\n")
		others.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
		if line, _ := others.lines.ReadString('\n'); line == "here\n" {
			break
		}
	}
	for { // what was said more than once
		others.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		if _, err := others.lines.ReadString('\n'); err != nil {
			return nil
		}
	}
}

func (p *party) everybodyHears() error {
	for range 3 {
		if _, err := p.enter(); err != nil {
			return err
		}
	}
	a, b, c := p.guests[0], p.guests[1], p.guests[2]
	for _, pair := range [][2]*guest{{a, b}, {b, c}, {c, a}, {a, c}, {b, a}, {c, b}} {
		if err := p.there(pair[0], pair[1]); err != nil {
			return err
		}
	}
	for _, g := range p.guests {
		g.drain()
	}
	a.say("hello, wire\n")
	return errors.Join(b.hears("hello, wire\n", "a guest says a line"), c.hears("hello, wire\n", "a guest says a line"))
}

// drain takes what is left of earlier lines.
func (g *guest) drain() {
	for {
		g.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		if _, err := g.lines.ReadString('\n'); err != nil {
			return
		}
	}
}

func (p *party) aLineComesInPieces() error {
	a, b, c := p.guests[0], p.guests[1], p.guests[2]
	const wrong = "a line comes in pieces, and somebody speaks meanwhile"
	a.say("wait\nhel")
	if err := c.hears("wait\n", wrong); err != nil {
		return err
	}
	b.say("good morning\n")
	if err := c.hears("good morning\n", wrong); err != nil {
		return err
	}
	a.say("lo\n")
	if err := c.hears("hello\n", wrong); err != nil {
		return err
	}
	a.drain()
	b.drain()
	return nil
}

// Two read at the same time, again and again. In each round nobody gets further behind than behind.
func (p *party) twoTalkALot() error {
	for range 40 {
		if err := p.twoTalk(behind / 4); err != nil {
			return err
		}
	}
	return nil
}

func (p *party) twoTalk(lines int) error {
	a, b, c := p.guests[0], p.guests[1], p.guests[2]
	said := map[*guest]string{a: strings.Repeat("a", 1000) + "\n", b: strings.Repeat("b", 1000) + "\n"}
	var talking sync.WaitGroup
	defer talking.Wait()
	for g, line := range said {
		talking.Go(func() {
			for range lines {
				g.say(line)
			}
		})
		talking.Go(func() { // each hears the other one
			g.SetReadDeadline(time.Now().Add(exercise.Timeout() / 2))
			for range lines {
				g.lines.ReadString('\n')
			}
		})
	}
	for i := range 2 * lines {
		c.SetReadDeadline(time.Now().Add(exercise.Timeout() / 4))
		line, err := c.lines.ReadString('\n')
		if err != nil {
			return fmt.Errorf("two guests talk a lot, and a third one hears %d of %d lines: %w", i, 2*lines, err)
		}
		if line != said[a] && line != said[b] {
			return fmt.Errorf("two guests talk a lot, and a line is heard that nobody has said: %.70q", line)
		}
	}
	return nil
}

func (p *party) oneIsReset() error {
	d, err := p.enter()
	if err != nil {
		return err
	}
	d.say("half a l")
	d.SetLinger(0)
	d.Close()
	p.guests[0].say("still here\n")
	return p.guests[1].hears("still here\n", "a guest resets its connection")
}

func (p *party) oneHasFinished() error {
	c := p.guests[2]
	c.drain()
	c.say("bye\n")
	c.CloseWrite()
	if err := p.guests[0].hears("bye\n", "a guest says bye and shuts down its side"); err != nil {
		return err
	}
	p.guests[1].drain()
	time.Sleep(20 * time.Millisecond) // for a chat that hangs up; one that does not loses nothing
	p.guests[0].say("take care\n")
	if err := c.hears("take care\n", "a guest has shut down its side, and others go on talking"); err != nil {
		return err
	}
	return p.guests[1].hears("take care\n", "a guest has shut down its side")
}

// A listener can be short of descriptors. Who connects meanwhile waits in the backlog.
type listener struct {
	net.Listener
	mu      sync.Mutex
	short   bool
	refused int
	backlog []net.Conn
}

func (l *listener) set(short bool) (refused int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.short = short
	return l.refused
}

func (l *listener) Accept() (net.Conn, error) {
	l.mu.Lock()
	if !l.short && len(l.backlog) > 0 {
		defer l.mu.Unlock()
		conn := l.backlog[0]
		l.backlog = l.backlog[1:]
		return conn, nil
	}
	waiting := l.short && len(l.backlog) > 0
	l.mu.Unlock()
	if waiting {
		return nil, l.emfile()
	}
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	short := l.short
	if short {
		l.backlog = append(l.backlog, conn)
	}
	l.mu.Unlock()
	if short {
		return nil, l.emfile()
	}
	return conn, nil
}

func (l *listener) emfile() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refused++
	return &net.OpError{Op: "accept", Net: "tcp", Addr: l.Addr(), Err: os.NewSyscallError("accept4", syscall.EMFILE)}
}

func (p *party) descriptorsRunOut() error {
	p.listener.set(true)
	d, err := p.enter()
	if err != nil {
		return err
	}
	for end := time.Now().Add(exercise.Timeout() / 4); p.listener.set(true) == 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	before := p.listener.set(true)
	time.Sleep(50 * time.Millisecond)
	if times := p.listener.set(false) - before; times > 500 {
		return fmt.Errorf("descriptors have run out, and a core does nothing but ask for one: %d times in 50 ms", times)
	}
	for end := time.Now().Add(exercise.Timeout() / 4); ; {
		d.say("at last\n")
		p.guests[0].SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		if line, _ := p.guests[0].lines.ReadString('\n'); line == "at last\n" {
			break
		}
		if time.Now().After(end) {
			return errors.New("descriptors had run out and there are some again, and one who waited is not let in")
		}
	}
	p.guests[0].drain()
	p.guests[1].drain()
	return nil
}

// Ten megabytes are more than the kernel holds for one who does not read.
func (p *party) oneDoesNotRead() error {
	a, b := p.guests[0], p.guests[1]
	d, err := p.enter()
	if err != nil {
		return err
	}
	d.SetReadBuffer(4 << 10)
	if err := p.there(d, a); err != nil {
		return err
	}
	b.drain()
	line := strings.Repeat("w", 4000) + "\n"
	for i := range 30 {
		go func() {
			for range 100 {
				a.say(line)
			}
		}()
		for j := range 100 { // so this one is never far behind
			if err := b.hears(line, "one guest does not read, and another one hears nothing any more"); err != nil {
				return fmt.Errorf("%w after %d lines", err, 100*i+j)
			}
		}
	}
	return nil
}
