package nevertwice

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/early"
	"onthewire/lessons/internal/exercise"
)

func TestAnEarlyGetIsAnsweredAndAnEarlyPutIsNeverDoneForACopy(t *testing.T) {
	exercise.Check(t, func() error {
		if err := with(nobodyIsWaitedForWhoIsGone); err != nil {
			return err // in real time, since in a bubble who waits for ever is a deadlock
		}
		for _, scene := range []func(*service) error{
			aPutIsDone,
			anEarlyGetIsAnsweredAtOnce,
			anEarlyPutIsDoneInTheEnd,
			theSamePutIsDoneAgain,
			aCopyIsNotDone,
		} {
			if err := inABubble(t, scene); err != nil {
				return err
			}
		}
		return nil
	})
}

// inABubble plays a scene in virtual time.
func inABubble(t *testing.T, scene func(*service) error) (err error) {
	synctest.Test(t, func(*testing.T) {
		err = exercise.Catch(func() error { return with(scene) })
	})
	return err
}

// put writes a word on the board, by early data where the client has a ticket.
func (s *service) put(word string) error {
	_, err := s.visit("put " + word)
	reset, isReset := errors.AsType[*quic.StreamError](err)
	switch {
	case isReset && reset.ErrorCode == early.TooEarly:
		return errors.New("a put is refused as too early, although the handshake is over")
	case err != nil:
		return fmt.Errorf("a put is not answered: %w", err)
	}
	return nil
}

// shows wants a word to be on the board.
func (s *service) shows(want, otherwise string) error {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	if s.board.word != want {
		return fmt.Errorf("%s: the board says %q, want %q", otherwise, s.board.word, want)
	}
	return nil
}

func nobodyIsWaitedForWhoIsGone(s *service) error {
	// The client is real. Its copy goes to another server, which has never seen it, and soon gives
	// up clients that do not finish their handshake.
	for range 2 {
		if err := s.put("red"); err != nil {
			return err
		}
	}
	other, err := s.serve(2 * roundTrip)
	if err != nil {
		return err
	}
	if err := s.copied(other); err != nil {
		return err
	}
	for at := range s.gone {
		if at.String() == other.String() {
			break
		}
	}
	returned := make(chan struct{})
	go func() { s.answering.Wait(); close(returned) }()
	select {
	case <-returned:
		return nil
	case <-time.After(exercise.Timeout() / 4):
		return errors.New("answer still waits for a client whose connection is over")
	}
}

func aPutIsDone(s *service) error {
	if err := s.put("red"); err != nil {
		return err
	}
	return s.shows("red", "a put that came after the handshake is not done")
}

func anEarlyGetIsAnsweredAtOnce(s *service) error {
	if err := s.put("red"); err != nil {
		return err
	}
	v, err := s.visit("get")
	switch {
	case err != nil:
		return fmt.Errorf("an early get is not answered: %w", err)
	case v.Answer != "red":
		return fmt.Errorf("an early get is answered %q, and the board says red", v.Answer)
	case v.Took != roundTrip:
		return fmt.Errorf("an early get is not answered at once: %v, where a round trip takes %v", v.Took, roundTrip)
	}
	return nil
}

func anEarlyPutIsDoneInTheEnd(s *service) error {
	for _, word := range []string{"red", "blue"} {
		if err := s.put(word); err != nil {
			return err
		}
	}
	return s.shows("blue", "an early put is answered, but not done")
}

func theSamePutIsDoneAgain(s *service) error {
	for _, word := range []string{"red", "blue", "red"} {
		if err := s.put(word); err != nil {
			return err
		}
	}
	return s.shows("red", "a client comes again and puts a word that was there before, which is not done")
}

func aCopyIsNotDone(s *service) error {
	for _, word := range []string{"red", "blue"} {
		if err := s.put(word); err != nil {
			return err
		}
	}
	// The same for one server that has forgotten the client, and one that has never seen it.
	other, err := s.serve(time.Minute)
	if err != nil {
		return err
	}
	s.board.do("put green")
	if err := s.copied(other); err != nil {
		return err
	}
	time.Sleep(time.Second)
	if err := s.copied(s.addr); err != nil {
		return err
	}
	time.Sleep(3 * time.Minute) // by then both servers have given up the copies, which proves nothing
	return s.shows("green", "a copy of an early put is done")
}
