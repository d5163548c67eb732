package vanished

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/internal/exercise"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
)

const (
	usual    = 10 * time.Second
	shortest = 2 * time.Second // a second of silence, and one for the answer
	late     = 500 * time.Millisecond
)

func TestMain(m *testing.M) { labtest.Main(m) }

func TestAGuestWhoHasVanishedIsNoticed(t *testing.T) {
	link, missing := lab.Open(lab.Way{}, lab.Way{})
	if missing == nil {
		defer link.Close()
	}
	exercise.Check(t, func() error {
		for _, within := range []time.Duration{usual, shortest} {
			if err := theKernelWillNotice(within); err != nil {
				return err
			}
		}
		return nil
	})
	if no, ok := errors.AsType[*experiment.Unavailable](missing); ok {
		t.Skipf("what can be read is right, and no guest can vanish here: %v; %s", no, no.Advice())
	}
	if missing != nil {
		t.Fatal(missing)
	}
	exercise.Check(t, func() error { return theRoomNotices(link) })
}

// theRoomNotices lets a guest vanish from each of two rooms. In one of them nobody speaks,
// in the other one somebody does. The guests who vanish are on the far side of the link.
func theRoomNotices(link *lab.Link) (err error) {
	ctx, stop := context.WithCancel(context.Background())
	rooms := []*party{{link: link}, {link: link, talks: true}}
	defer func() {
		stop()
		for _, p := range rooms {
			if ended := p.leave(); ended != nil {
				err = ended // which is why its guests hear nothing
			}
		}
	}()
	for _, p := range rooms {
		if err := p.begin(ctx); err != nil {
			return err
		}
	}
	if err := link.Set(lab.Way{Loss: 1}); err != nil {
		return err
	}
	vanished := time.Now()
	noticed := make(chan error, len(rooms))
	for _, p := range rooms {
		go func() { noticed <- p.notices(vanished) }()
	}
	for range rooms {
		if wrong := <-noticed; err == nil {
			err = wrong // what goes wrong in both needs to be said once
		}
	}
	return err
}

// A party is a room, two guests on the room's own host, and one on the other host.
type party struct {
	link  *lab.Link
	talks bool

	ended       chan error
	near, other *client
	far         *client
	listener    net.Listener
}

type client struct {
	net.Conn
	lines *bufio.Reader
}

func (p *party) begin(ctx context.Context) (err error) {
	if p.listener, err = p.link.Server.Listen("tcp4", "server:0"); err != nil {
		return err
	}
	p.ended = make(chan error, 1)
	go func() {
		p.ended <- exercise.Catch(func() error { return serve(ctx, p.listener, shortest) })
	}()
	// Who comes first would also be the first to be thrown out by a clock that does not
	// ask whether anybody is there.
	for _, in := range []struct {
		as   **client
		host *lab.Host
	}{{&p.near, p.link.Server}, {&p.other, p.link.Server}, {&p.far, p.link.Client}} {
		conn, err := in.host.DialContext(ctx, "tcp4", p.listener.Addr().String())
		if err != nil {
			return err
		}
		*in.as = &client{conn, bufio.NewReader(conn)}
		// Whom the others hear is in, and so are those who came before.
		if p.other == nil {
			continue
		}
		if err := p.hello(*in.as, p.near); err != nil {
			return err
		}
	}
	return nil
}

func (p *party) hello(from, to *client) error {
	line := from.LocalAddr().String() + " says hello\n"
	if _, err := io.WriteString(from, line); err != nil {
		return fmt.Errorf("a guest cannot speak: %w", err)
	}
	to.SetReadDeadline(time.Now().Add(exercise.Timeout()))
	for {
		got, err := to.lines.ReadString('\n')
		if err != nil {
			return fmt.Errorf("a guest who is there does not hear what another one says: %w", err)
		}
		if got == line {
			return nil
		}
	}
}

// notices waits until the room tells who has left, and asks whether the others are there.
func (p *party) notices(vanished time.Time) error {
	const thrownOut = "a guest who is there and says nothing has to leave"
	what := "a guest has vanished, and nobody notices in a room in which nobody speaks"
	if p.talks {
		what = "a guest has vanished, and nobody notices in a room that has something to say to it"
		if err := p.hello(p.other, p.near); err != nil {
			return err
		}
	}
	p.near.SetReadDeadline(vanished.Add(shortest + late))
	got, err := p.near.lines.ReadString('\n')
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%s: %v are over, and that was to take %v", what, time.Since(vanished).Round(time.Millisecond), shortest)
	case err != nil:
		return fmt.Errorf("%s: %w", thrownOut, err)
	case !strings.HasPrefix(got, p.far.LocalAddr().String()):
		return fmt.Errorf("%s: the room tells that %q", thrownOut, got)
	}
	time.Sleep(time.Until(vanished.Add(shortest))) // by now everybody has been silent so long
	if err := p.hello(p.near, p.other); err != nil {
		return fmt.Errorf("%s: %w", thrownOut, err)
	}
	return nil
}

// leave waits for the room to end, and tells what it has ended with.
func (p *party) leave() error {
	for _, c := range []*client{p.near, p.other, p.far} {
		if c != nil {
			c.Close()
		}
	}
	if p.ended == nil {
		return nil
	}
	return <-p.ended
}
