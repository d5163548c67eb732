package poller_test

import (
	"os"
	"syscall"
	"testing"
	"time"

	"onthewire/lessons/01-event-loop/poller"
	"onthewire/lessons/internal/leak"
)

func TestASocketClosedWithoutRemoveIsAnErrorOfWait(t *testing.T) {
	each(t, func(t *testing.T, p *poller.Poller, reader, writer int) {
		for name, before := range map[string]func(){
			"a request is under way": func() { expect(t, p, reader, poller.Event{}) },
			"none is":                func() {},
		} {
			must(t, p.Add(reader, poller.Readable))
			before()
			hangUp(t, reader)
			if n, err := p.Wait(make([]poller.Event, 8), longest); err == nil {
				t.Errorf("%s: Wait = %d, and no error", name, n)
			} else {
				t.Log(err)
			}
			refused(t, p.Remove(reader), syscall.ENOENT) // and it is forgotten
			reader, writer = tcpPair(t)
		}
		must(t, p.Add(reader, poller.Readable))
		send(t, writer)
		expect(t, p, reader, poller.Event{Readable: true})
	})
}

func TestASocketInTwoPollersIsRefusedByTheSecond(t *testing.T) {
	each(t, func(t *testing.T, p *poller.Poller, reader, writer int) {
		must(t, p.Add(reader, poller.Readable))
		second := open(t)
		refused(t, second.Add(reader, poller.Readable), syscall.EBUSY)
		must(t, p.Remove(reader))
		must(t, second.Add(reader, poller.Readable))
		send(t, writer)
		expect(t, second, reader, poller.Event{Readable: true})
	})
}

func TestAPollerThatIsClosedLetsGoOfItsSockets(t *testing.T) {
	leak.Check(t)
	reader, writer := tcpPair(t)
	first, err := poller.New()
	must(t, err)
	must(t, first.Add(reader, poller.Readable))
	expect(t, first, reader, poller.Event{})
	must(t, first.Close())
	p := open(t)
	must(t, p.Add(reader, poller.Readable))
	send(t, writer)
	expect(t, p, reader, poller.Event{Readable: true})
}

func TestWhatIsNoSocketIsRefused(t *testing.T) {
	leak.Check(t)
	p := open(t)
	reader, writer, err := os.Pipe()
	must(t, err)
	defer reader.Close()
	defer writer.Close()
	refused(t, p.Add(int(reader.Fd()), poller.Readable), syscall.ENOTSOCK)
}

// A request that is cancelled again and again, while another one thing happens.
func TestAnInterestThatChangesOftenLosesNothing(t *testing.T) {
	leak.Check(t)
	p := open(t)
	reader, writer := tcpPair(t)
	must(t, p.Add(reader, poller.Readable))
	for i := range 200 {
		_, err := p.Wait(make([]poller.Event, 1), 0)
		must(t, err)
		must(t, p.Change(reader, poller.Readable|poller.Writable))
		if i == 100 {
			send(t, writer)
		}
		must(t, p.Change(reader, poller.Readable))
	}
	expect(t, p, reader, poller.Event{Readable: true})
	receive(t, reader)
	if n, err := p.Wait(make([]poller.Event, 1), 10*time.Millisecond); n != 0 || err != nil {
		t.Errorf("Wait = %d, %v", n, err)
	}
}
