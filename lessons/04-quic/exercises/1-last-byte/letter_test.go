package lastbyte

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/internal/exercise"
)

func TestTheLastByteBeforeTheCloseArrives(t *testing.T) {
	exercise.Check(t, func() error {
		for _, s := range []scene{
			{name: "no packet is lost", size: 12},
			{name: "no packet is lost", size: 20_000},
			{name: "the receiver takes its time", size: 12, late: 3 * time.Second},
		} {
			if err := inABubble(t, s.wholeLetter); err != nil {
				return err
			}
		}
		for nth := 1; nth <= 6; nth++ {
			for _, toServer := range []bool{true, false} {
				s := scene{name: "a packet is lost", size: 4000, lose: nth, toServer: toServer}
				if err := inABubble(t, s.wholeLetter); err != nil {
					return err
				}
			}
		}
		for _, s := range []scene{
			{name: "the receiver fails", fails: func(_ *quic.Transport, c *quic.Conn) { c.CloseWithError(5, "the disk is full") }},
			{name: "the receiver is gone", fails: func(t *quic.Transport, _ *quic.Conn) { leave(t) }},
		} {
			if err := inABubble(t, s.failure); err != nil {
				return err
			}
		}
		return nil
	})
}

// inABubble plays a scene in virtual time.
func inABubble(t *testing.T, play func() error) (err error) {
	synctest.Test(t, func(*testing.T) { err = exercise.Catch(play) })
	return err
}

// A scene is one letter, and what happens to it.
type scene struct {
	name     string
	size     int           // of the letter
	late     time.Duration // until receive is called
	lose     int           // which packet is lost after the handshake; 0: none
	toServer bool          // in that direction
	fails    func(*quic.Transport, *quic.Conn)
}

func (s scene) wholeLetter() error {
	w, err := meet()
	if err != nil {
		return err
	}
	defer w.end()
	if s.lose > 0 {
		w.network.Drop(s.lose, s.toServer)
	}
	letter := bytes.Repeat([]byte("hello, wire\n"), s.size/12+1)[:s.size]
	sent := w.sends(letter)
	received := w.receives(s.late)

	limit := s.late + 20*time.Second
	if s.lose > 0 {
		limit = 40 * time.Second // perhaps it is the close that is lost, and then the idle timeout ends it
	}
	said, returned, err := within(sent, limit)
	if err != nil {
		return err
	} else if !returned {
		return fmt.Errorf("%s, and send does not return", s.name)
	}
	got, returned, err := within(received, limit)
	switch {
	case err != nil:
		return err
	case !returned:
		return fmt.Errorf("%s, and receive does not return", s.name)
	case !bytes.Equal(got.letter, letter):
		return fmt.Errorf("%s, and the letter is not all there: %d of %d bytes, and receive says: %v", s.name, len(got.letter), len(letter), got.err)
	case got.err != nil:
		return fmt.Errorf("%s, and receive has the letter, but says otherwise: %w", s.name, got.err)
	case s.lose > 0:
		return nil
	case said.err != nil:
		return fmt.Errorf("%s, and receive has the letter, but send says otherwise: %w", s.name, said.err)
	}
	select {
	case <-w.server.Context().Done():
		return nil
	case <-time.After(5 * time.Second):
		return errors.New("the letter has been read, and after 5 s the receiver still has the connection")
	}
}

// failure is a letter that nobody reads.
func (s scene) failure() error {
	w, err := meet()
	if err != nil {
		return err
	}
	defer w.end()
	sent := w.sends([]byte("hello, wire\n"))
	if _, err := w.server.AcceptStream(w.ctx); err != nil {
		return fmt.Errorf("%s: nothing came of the letter: %w", s.name, err)
	}
	s.fails(w.serverTransport, w.server)
	said, returned, err := within(sent, time.Minute) // the idle timeout is half of that
	switch {
	case err != nil:
		return err
	case !returned:
		return fmt.Errorf("%s, and send does not return", s.name)
	case said.err == nil:
		return fmt.Errorf("%s, and send says that the letter has been read", s.name)
	}
	return nil
}
