package peers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"onthewire/lessons/internal/exercise"
)

// idle is long beside what a busy machine may lose, and the slow peer's pauses are short beside it.
const (
	idle  = 600 * time.Millisecond
	pause = 150 * time.Millisecond
)

func TestAServerStandsASlowAResettingAndASilentPeer(t *testing.T) {
	exercise.Check(t, func() error {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return err
		}
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		ended := make(chan result, 1)
		go func() {
			var r result
			r.panicked = exercise.Catch(func() error {
				r.err = serve(ctx, l, idle)
				return nil
			})
			ended <- r
		}()
		defer l.Close()
		met := make(chan error, 1)
		go func() { met <- meet(l.Addr().String()) }()
		select {
		case err = <-met:
		case r := <-ended: // a server that has panicked is why its peers are not answered
			if r.panicked != nil {
				return r.panicked
			}
			err = <-met
			ended <- r
		}
		if err != nil {
			return err
		}
		return atTheEnd(l.Addr().String(), stop, ended)
	})
}

// A result is how serve has ended.
type result struct{ err, panicked error }

// atTheEnd stops the server while a peer is there that says nothing.
func atTheEnd(address string, stop func(), ended <-chan result) error {
	conn, answers, err := dial(address)
	if err != nil {
		return err
	}
	defer conn.Close()
	io.WriteString(conn, "one\n")
	answers.ReadString('\n')
	stop()
	select {
	case r := <-ended:
		if r.err != nil {
			return fmt.Errorf("the server is stopped, and returns an error: %v", r.err)
		}
		return r.panicked
	case <-time.After(exercise.Timeout() / 4):
		return errors.New("the server is stopped, and does not return")
	}
}

func meet(address string) error {
	for _, peer := range []func(string) error{polite, slow, resetting, silent, polite} {
		if err := peer(address); err != nil {
			return err
		}
	}
	return nil
}

func dial(address string) (*net.TCPConn, *bufio.Reader, error) {
	conn, err := net.Dial("tcp4", address)
	if err != nil {
		return nil, nil, err
	}
	conn.SetDeadline(time.Now().Add(exercise.Timeout() / 2))
	return conn.(*net.TCPConn), bufio.NewReader(conn), nil
}

func polite(address string) error {
	conn, answers, err := dial(address)
	if err != nil {
		return fmt.Errorf("nobody can connect any more: %w", err)
	}
	defer conn.Close()
	io.WriteString(conn, "hello, wire\n")
	if line, _ := answers.ReadString('\n'); line != "eriw ,olleh\n" {
		return fmt.Errorf("a polite peer says hello, wire and is answered %q", line)
	}
	io.WriteString(conn, "one\ntwo\n")
	for _, want := range []string{"eno\n", "owt\n"} {
		if line, _ := answers.ReadString('\n'); line != want {
			return fmt.Errorf("two lines come in one segment, and one of the answers is %q", line)
		}
	}
	return nil
}

// slow is never silent for as long as idle.
func slow(address string) error {
	conn, answers, err := dial(address)
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, piece := range []string{"h", "e", "l", "l", "o\n"} {
		if _, err := io.WriteString(conn, piece); err != nil {
			return fmt.Errorf("a slow peer never pauses for as long as it may, and is hung up on: %w", err)
		}
		time.Sleep(pause) // that is how slow it is
	}
	conn.SetDeadline(time.Now().Add(exercise.Timeout() / 4))
	line, err := answers.ReadString('\n')
	if err == io.EOF && line == "" {
		return errors.New("a slow peer never pauses for as long as it may, and is hung up on")
	} else if line != "olleh\n" {
		return fmt.Errorf("a slow peer sends hello in pieces, and is answered %q", line)
	}
	return nil
}

// resetting resets in the middle of a line.
func resetting(address string) error {
	stays, answers, err := dial(address)
	if err != nil {
		return err
	}
	defer stays.Close()
	for range 3 {
		conn, _, err := dial(address)
		if err != nil {
			return fmt.Errorf("a peer resets its connection, and the others are gone: %w", err)
		}
		io.WriteString(conn, "hel")
		conn.SetLinger(0)
		conn.Close()
		io.WriteString(stays, "hello\n")
		if line, _ := answers.ReadString('\n'); line != "olleh\n" {
			return fmt.Errorf("a peer resets its connection, and the others are gone: one is answered %q", line)
		}
	}
	return nil
}

func silent(address string) error {
	conn, _, err := dial(address)
	if err != nil {
		return err
	}
	defer conn.Close()
	begun := time.Now()
	_, err = io.Copy(io.Discard, conn)
	if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
		return errors.New("a silent peer is never hung up on")
	} else if took := time.Since(begun); took < idle/2 {
		return fmt.Errorf("a silent peer is hung up on after %v, much too early", took)
	}
	return nil
}
