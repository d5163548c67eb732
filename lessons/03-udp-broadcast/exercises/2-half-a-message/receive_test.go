package halfamessage

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/internal/exercise"
)

const small, large = 16, 9000 // a max that somebody gets wrong by one, and one that nobody expects

func TestHalfAMessageIsReportedAndNotPassedOn(t *testing.T) {
	exercise.Check(t, func() error {
		c, err := open()
		if err != nil {
			return err
		}
		defer c.Close()
		for _, part := range []func() error{
			func() error { return c.arrive(small, small-1, 0, small) },
			func() error { return c.isTooLong(small, small+1) },
			func() error { return c.isTooLong(small, 3000) },
			func() error { return c.arrive(large, small+1, large) },
			func() error { return c.isTooLong(large, large+1) },
			c.eachHasBytesOfItsOwn,
			c.otherErrorsAreReturned,
		} {
			if err := part(); err != nil {
				return err
			}
		}
		return nil
	})
}

// A conversation has a sender, and a receiver whose kernel keeps what has been sent.
type conversation struct{ sender, receiver *net.UDPConn }

func open() (c conversation, err error) {
	here := net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0"))
	if c.receiver, err = net.ListenUDP("udp4", here); err != nil {
		return c, err
	}
	if c.sender, err = net.DialUDP("udp4", here, c.receiver.LocalAddr().(*net.UDPAddr)); err != nil {
		c.receiver.Close()
	}
	return c, err
}

func (c conversation) Close() { c.sender.Close(); c.receiver.Close() }

// text is a message of n bytes. No two lengths begin alike.
func text(n int) string {
	s := fmt.Sprintf("%d bytes;", n)
	return (s + strings.Repeat("x", max(0, n-len(s))))[:n]
}

func (c conversation) say(sizes ...int) error {
	for _, n := range sizes {
		if _, err := c.sender.Write([]byte(text(n))); err != nil {
			return err
		}
	}
	return nil
}

// next calls receive, which has something to receive.
func (c conversation) next(max int) ([]byte, netip.AddrPort, error) {
	c.receiver.SetReadDeadline(time.Now().Add(exercise.Timeout() / 2))
	return receive(c.receiver, max)
}

// arrive sends datagrams that fit, and wants them whole and in order.
func (c conversation) arrive(max int, sizes ...int) error {
	if err := c.say(sizes...); err != nil {
		return err
	}
	for _, n := range sizes {
		data, from, err := c.next(max)
		switch {
		case errors.Is(err, errTooLong):
			return fmt.Errorf("a datagram of %d bytes fits where %d are allowed, and is reported as too long", n, max)
		case errors.Is(err, os.ErrDeadlineExceeded):
			return fmt.Errorf("a datagram of %d bytes arrives, and receive goes on waiting", n)
		case err != nil:
			return fmt.Errorf("a datagram of %d bytes arrives, and is taken for an error: %w", n, err)
		case string(data) != text(n):
			return fmt.Errorf("a datagram of %d bytes fits where %d are allowed, and is not passed on as it came: %s", n, max, describe(data))
		}
		if err := c.fromTheSender(from); err != nil {
			return err
		}
	}
	return nil
}

// isTooLong sends a datagram that does not fit, and one behind it that does.
func (c conversation) isTooLong(max, n int) error {
	if err := c.say(n, 5); err != nil {
		return err
	}
	data, from, err := c.next(max)
	switch {
	case err == nil && string(data) == text(5):
		return fmt.Errorf("a datagram of %d bytes is dropped without a word: what is returned is the one behind it", n)
	case err == nil && string(data) == text(n):
		return fmt.Errorf("a datagram of %d bytes is passed on, where %d are allowed", n, max)
	case err == nil && len(data) > 0 && strings.HasPrefix(text(n), string(data)):
		return fmt.Errorf("half a message is passed on as a whole one: the first %d bytes of %d, and no error", len(data), n)
	case err == nil:
		return fmt.Errorf("a datagram of %d bytes came, of which %d are allowed, and there is no error: %s", n, max, describe(data))
	case !errors.Is(err, errTooLong):
		return fmt.Errorf("a datagram was too long, and errTooLong is not what receive says: %w", err)
	case len(data) > 0:
		return fmt.Errorf("half a message is passed on beside the error: the first %d bytes of %d", len(data), n)
	}
	if from.IsValid() || runtime.GOOS != "windows" { // whose error leaves out who it was
		if err := c.fromTheSender(from); err != nil {
			return err
		}
	}
	data, _, err = c.next(max)
	if err != nil || string(data) != text(5) {
		return fmt.Errorf("the datagram behind one that was too long is lost: %s, and the error is %v", describe(data), err)
	}
	return nil
}

func (c conversation) fromTheSender(from netip.AddrPort) error {
	if want := c.sender.LocalAddr().(*net.UDPAddr).AddrPort(); from != want {
		return fmt.Errorf("receive does not say who has sent a datagram: it came from %v, and receive says %v", want, from)
	}
	return nil
}

func (c conversation) eachHasBytesOfItsOwn() error {
	if err := c.say(10, 11); err != nil {
		return err
	}
	first, _, err := c.next(small)
	if err != nil {
		return err
	}
	if _, _, err := c.next(small); err != nil {
		return err
	}
	if string(first) != text(10) {
		return fmt.Errorf("the bytes of a message change when the next one comes: %s", describe(first))
	}
	return nil
}

func (c conversation) otherErrorsAreReturned() error {
	c.receiver.SetReadDeadline(time.Now().Add(-time.Second))
	if _, _, err := receive(c.receiver, small); !errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("the deadline is over, and receive says otherwise: %v", err)
	}
	c.receiver.Close()
	if _, _, err := receive(c.receiver, small); !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("the socket is closed, and receive says otherwise: %v", err)
	}
	return nil
}

// describe keeps a message of thousands of bytes off the screen.
func describe(data []byte) string { return fmt.Sprintf("%d bytes that begin %.12q", len(data), data) }
