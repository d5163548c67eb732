package tunnel

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"onthewire/lessons/internal/exercise"
)

func TestAChatIsReachedThroughATunnelThatLosesNothing(t *testing.T) {
	exercise.Check(t, func() error { return withoutPipes(everyScene) })
}

func everyScene() error {
	for _, scene := range []func(*world) error{
		theRoomIsThere,
		nobodyIsThere,
		theGuestSpeaksAtOnce,
		theGuestFinishesFirst,
		theRoomFinishesFirst,
		bothSpeakAtOnce,
		theRoomIsReset,
		theGuestIsReset,
		guestsChat,
	} {
		if err := inAWorld(scene); err != nil {
			return err
		}
	}
	return nil
}

func theRoomIsThere(w *world) error {
	guest, room, err := w.pair()
	if err != nil {
		return err
	}
	io.WriteString(room, "welcome\n")
	if err := guest.hears("welcome\n"); err != nil {
		return said(err, "the room says something, and the guest does not hear it")
	}
	io.WriteString(guest, "hello, wire\n")
	return said(room.hears("hello, wire\n"), "the guest says something, and the room does not hear it")
}

func nobodyIsThere(w *world) error {
	guest, err := w.asks("")
	if err != nil {
		return err
	}
	return w.refused(guest)
}

// refused closes the door of the room, and lets the guest ask again.
func (w *world) refused(guest *end) error {
	room, err := w.accept() // the first one still comes in
	if err != nil {
		return err
	}
	room.Close()
	guest.Close()
	w.there.Close()
	if guest, err = w.asks(""); err != nil {
		return err
	}
	head, err := guest.head()
	if err != nil {
		return said(err, "nobody listens there, and the guest is told nothing")
	}
	if status, _, _ := strings.Cut(head, "\r\n"); !strings.HasPrefix(status, "HTTP/1.1 502 ") {
		return fmt.Errorf("nobody listens there, and the guest is not told 502: %q", status)
	}
	return nil
}

func theGuestSpeaksAtOnce(w *world) error {
	guest, err := w.asks("hello, wire\n")
	if err != nil {
		return err
	}
	room, err := w.accept()
	if err != nil {
		return err
	}
	io.WriteString(guest, "and more\n")
	if err := room.hears("hello, wire\nand more\n"); err != nil {
		return said(err, "the guest says something right behind its request, and the room does not hear it")
	}
	return guest.connected()
}

func theGuestFinishesFirst(w *world) error {
	guest, room, err := w.pair()
	if err != nil {
		return err
	}
	io.WriteString(guest, "bye\n")
	guest.CloseWrite()
	if room.hears("bye\n") != nil || room.hearsTheEnd() != nil {
		return fmt.Errorf("the guest has said bye and finished, and the room does not hear that")
	}
	return w.goesOn(room, guest, "the guest has finished, and does not hear what the room goes on to say")
}

func theRoomFinishesFirst(w *world) error {
	guest, room, err := w.pair()
	if err != nil {
		return err
	}
	io.WriteString(room, "bye\n")
	room.CloseWrite()
	if guest.hears("bye\n") != nil || guest.hearsTheEnd() != nil {
		return fmt.Errorf("the room has said bye and finished, and the guest does not hear that")
	}
	return w.goesOn(guest, room, "the room has finished, and does not hear what the guest goes on to say")
}

// goesOn lets one of two speak when the other one has finished.
func (w *world) goesOn(from, to *end, wrong string) error {
	long := strings.Repeat("wire", 100_000)
	go func() {
		io.WriteString(from, long)
		from.CloseWrite()
	}()
	if err := to.hears(long); err != nil {
		return said(err, wrong)
	}
	return said(to.hearsTheEnd(), wrong)
}

// More is on the way in both directions than the kernel holds.
func bothSpeakAtOnce(w *world) error {
	guest, room, err := w.pair()
	if err != nil {
		return err
	}
	long := strings.Repeat("wire", 1<<20)
	go io.WriteString(guest, long)
	if err := room.hears(long[:4]); err != nil {
		return said(err, "the guest says something, and the room does not hear it")
	}
	io.WriteString(room, "stop\n")
	if err := guest.hears("stop\n"); err != nil {
		return said(err, "the guest is speaking, and does not hear what the room says meanwhile")
	}
	return said(room.hears(long[4:]), "the guest says a lot, and the room does not hear all of it")
}

func theRoomIsReset(w *world) error {
	guest, room, err := w.pair()
	if err != nil {
		return err
	}
	room.SetLinger(0)
	room.Close()
	return said(guest.hearsTheEnd(), "the room is reset, and the guest is kept waiting")
}

func theGuestIsReset(w *world) error {
	guest, room, err := w.pair()
	if err != nil {
		return err
	}
	guest.SetLinger(0)
	guest.Close()
	return said(room.hearsTheEnd(), "the guest is reset, and the room is kept waiting")
}

// Whoever came last speaks first.
func guestsChat(w *world) error {
	var chat room
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		chat.serve(w.there)
	}()
	defer func() {
		w.there.Close()
		for _, conn := range w.conns {
			conn.Close()
		}
		<-closed
	}()
	guests := make([]*end, 4)
	for i := range guests {
		var err error
		if guests[i], err = w.asks(""); err != nil {
			return err
		}
		if err := guests[i].connected(); err != nil {
			return err
		}
	}
	for i := len(guests) - 1; i >= 0; i-- {
		line := fmt.Sprintf("guest %d says hello\n", i)
		io.WriteString(guests[i], line)
		for j, other := range guests {
			if j == i {
				continue
			}
			if err := other.hears(line); err != nil {
				return said(err, "several guests are in the room, and one of them does not hear what another one says")
			}
		}
	}
	return nil
}
