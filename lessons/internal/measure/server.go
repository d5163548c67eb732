package measure

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"onthewire/lessons/internal/stage"
)

// A Server is a program that serves on TCP. Its command may hold {port}, which becomes the
// number of a free one. Without it, the program says "listening on HOST:PORT".
type Server struct {
	Name    string
	Command []string
}

const startTime = 10 * time.Second // for a server to say where it listens

// Start starts the server on a CPU and waits until it accepts.
func (s Server) Start(ctx context.Context, cpu int) (p *Process, address string, err error) {
	port, asked, err := s.port()
	if err != nil {
		return nil, "", err
	}
	var words []string
	for _, word := range s.Command {
		words = append(words, strings.ReplaceAll(word, "{port}", port))
	}
	p, err = Start(ctx, cpu, words[0], words[1:]...)
	if err != nil {
		return nil, "", err
	}
	starting, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	if asked {
		address = net.JoinHostPort("127.0.0.1", port)
		err = p.Accepts(starting, address)
	} else {
		address, err = p.Listening(starting)
	}
	if err == nil {
		return p, address, nil
	}
	p.Kill()
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("it does not accept after %v", startTime)
	}
	return nil, "", err
}

// port finds a free one for a server that has to be told.
func (s Server) port() (port string, asked bool, err error) {
	if !strings.Contains(strings.Join(s.Command, " "), "{port}") {
		return "", false, nil
	}
	free, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return "", false, err
	}
	defer free.Close()
	_, port, err = net.SplitHostPort(free.Addr().String())
	return port, true, err
}

// Available starts each server once, and returns those that run here, with a line about
// each of the others.
func Available(ctx context.Context, all []Server, cpu int) (running []Server, notes []string, err error) {
	for _, s := range all {
		p, _, err := s.Start(ctx, cpu)
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		if err != nil {
			notes = append(notes, fmt.Sprintf("Without %s: %s.", s.Name, strings.TrimSuffix(err.Error(), ".")))
			continue
		}
		p.Kill()
		running = append(running, s)
	}
	if len(running) == 0 {
		return nil, notes, errors.New("compare: not one of these servers runs here")
	}
	return running, notes, nil
}

// FewerThan says that descriptors do not reach for so many connections.
func FewerThan(wanted, most int) string {
	return fmt.Sprintf("This process may open %s descriptors (ulimit -n), so %s connections must do instead of %s.",
		stage.Number(MaxDescriptors()), stage.Number(most), stage.Number(wanted))
}
