package overtake

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/internal/exercise"
)

func TestALineOvertakesAFileThatWaitsForALostPacket(t *testing.T) {
	exercise.Check(t, func() error {
		for _, scene := range []func(*evening) error{
			lineAndFileArrive,
			aLineOvertakesAFile,
			linesStayInOrder,
			manyFilesArrive,
			aLineFindsAStream,
		} {
			if err := inABubble(t, scene); err != nil {
				return err
			}
		}
		return nil
	})
}

func lineAndFileArrive(e *evening) error {
	e.say(message{line, "look at this"}, message{file, strings.Repeat("wire", 10_000)})
	if _, err := e.hears("look at this", 10*time.Second); err != nil {
		return err
	}
	_, err := e.hears(strings.Repeat("wire", 10_000), 10*time.Second)
	return err
}

// The window is still small, so the file takes several round trips, and one of its first
// packets is lost.
func aLineOvertakesAFile(e *evening) error {
	long := strings.Repeat("f", 400_000)
	fallen := e.network.DropLonger(5, 1000, false)
	e.say(message{file, long}, message{line, "did you get it?"})
	lineTook, err := e.hears("did you get it?", 10*time.Second)
	if err != nil {
		return err
	}
	fileTook, err := e.hears(long, 10*time.Second)
	if err != nil {
		return err
	}
	select {
	case <-fallen:
	default:
		return errors.New("a file travels in packets of less than a kilobyte, so none of them was lost")
	}
	if lineTook >= fileTook || lineTook > 3*roundTrip {
		return fmt.Errorf("one packet of a file is lost, and a line waits for the file: the line takes %v and the file %v, where a round trip takes %v",
			rounded(lineTook), rounded(fileTook), roundTrip)
	}
	return nil
}

// Nothing else is on the way, so the packet that is lost is that of the first line.
func linesStayInOrder(e *evening) error {
	e.say(message{line, "zero"})
	if _, err := e.hears("zero", 10*time.Second); err != nil {
		return err
	}
	time.Sleep(10 * time.Second)
	e.network.Drop(1, false)
	e.say(message{line, "one"})
	time.Sleep(roundTrip / 10)
	e.say(message{line, "two"}, message{line, "three"})
	for _, text := range []string{"one", "two", "three"} {
		if _, err := e.hears(text, 10*time.Second); err != nil {
			return err
		}
	}
	if got := e.linesHeard(); got != "zero one two three" {
		return fmt.Errorf("the packet of line one is lost, and lines are heard in another order than they were said in: %s", got)
	}
	return nil
}

func manyFilesArrive(e *evening) error {
	for i := range 250 {
		e.say(message{file, fmt.Sprint("file ", i)})
	}
	for i := range 250 {
		if _, err := e.hears(fmt.Sprint("file ", i), 10*time.Second); err != nil {
			return fmt.Errorf("250 files are sent at once, the guest allows %d streams at a time, and not all files come: %d have", allowed, e.filesHeard())
		}
	}
	return nil
}

// There are more files than streams, and nobody reads them yet.
func aLineFindsAStream(e *evening) error {
	e.hold()
	for range allowed {
		e.say(message{file, strings.Repeat("f", 1000)})
	}
	time.Sleep(roundTrip)
	e.say(message{line, "anybody there?"})
	_, err := e.hears("anybody there?", 10*time.Second)
	e.release()
	if err != nil {
		return fmt.Errorf("%d files are under way, and a line waits until one of them has ended: they have all %d streams that the guest allows", allowed, allowed)
	}
	return nil
}

func rounded(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
