package ask

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func wants(t *testing.T, c *Client, text, want string) {
	t.Helper()
	answer, err := c.Ask(context.Background(), serverAddr, []byte(text))
	if err != nil || string(answer) != want {
		t.Errorf("asked %q: %q, %v, want %q", text, answer, err, want)
	}
}

func TestEachOfAHundredQuestionsGetsItsOwnAnswerInWhateverOrderTheyCome(t *testing.T) {
	bubble(t, echo, func(t *testing.T, n *network, c *Client, worked *int) {
		pause := 200 * time.Millisecond
		var mu sync.Mutex
		n.fate = func(Message, net.Addr, net.Addr) []time.Duration { // each overtakes the one before it
			mu.Lock()
			defer mu.Unlock()
			pause -= time.Millisecond / 2
			return []time.Duration{pause}
		}
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() { wants(t, c, fmt.Sprint(i), fmt.Sprint(i)) })
		}
		all.Wait()
	})
}

func TestALostQuestionIsAskedAgainAfterTwiceThePauseEachTime(t *testing.T) {
	bubble(t, echo, func(t *testing.T, n *network, c *Client, worked *int) {
		lost := 0
		n.fate = func(m Message, _, _ net.Addr) []time.Duration {
			if m.Kind == Question && lost < 4 {
				lost++
				return nil
			}
			return []time.Duration{oneWay}
		}
		wants(t, c, "hello", "hello")
		times := n.times()
		if len(times) != 5 {
			t.Fatalf("asked %d times, want 5", len(times))
		}
		for i, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second} {
			if pause := times[i+1].Sub(times[i]); pause < want || pause > want*5/4 {
				t.Errorf("pause %d was %v, want %v to a quarter more", i+1, pause, want)
			}
		}
	})
}

func TestQuestionsLostInTheSameMomentAreNotRepeatedInTheSameMoment(t *testing.T) {
	bubble(t, echo, func(t *testing.T, n *network, c *Client, worked *int) {
		n.fate = func(Message, net.Addr, net.Addr) []time.Duration { return nil }
		c.Tries = 2
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() { _, _ = c.Ask(context.Background(), serverAddr, nil) })
		}
		all.Wait()
		times := n.times()
		first, again := slices.Compact(times[:10]), slices.Compact(times[10:])
		if len(first) != 1 || len(again) != 10 {
			t.Errorf("asked in %d moments, and again in %d, want 1 and 10", len(first), len(again))
		}
	})
}

func TestALostAnswerIsGivenAgainWithoutDoingTheWorkTwice(t *testing.T) {
	bubble(t, echo, func(t *testing.T, n *network, c *Client, worked *int) {
		lost := false
		n.fate = func(m Message, _, _ net.Addr) []time.Duration {
			if m.Kind == Answer && !lost {
				lost = true
				return nil
			}
			return []time.Duration{oneWay}
		}
		wants(t, c, "pay 10", "pay 10")
		if *worked != 1 {
			t.Errorf("the server has worked %d times", *worked)
		}
	})
}

func TestAnAnswerIsGivenAgainAsItWasThoughItsQuestionIsOverwritten(t *testing.T) {
	s := &Server{Answer: func(text []byte) []byte { return text }}
	b := []byte("first")
	s.reply(Message{Kind: Question, ID: 1, Size: MaxSize, Text: b}, "asker", time.Now())
	copy(b, "other") // as the next datagram does
	if again := s.reply(Message{Kind: Question, ID: 1, Size: MaxSize, Text: b}, "asker", time.Now()); string(again.Text) != "first" {
		t.Errorf("given again it is %q", again.Text)
	}
}

func TestWhatTheNetworkDoublesIsAnsweredOnceAndHeardOnce(t *testing.T) {
	bubble(t, echo, func(t *testing.T, n *network, c *Client, worked *int) {
		n.fate = func(Message, net.Addr, net.Addr) []time.Duration { return []time.Duration{oneWay, 2 * oneWay} }
		for i := range 10 {
			wants(t, c, fmt.Sprint(i), fmt.Sprint(i))
		}
		time.Sleep(time.Second)
		if *worked != 10 {
			t.Errorf("ten questions were worked on %d times", *worked)
		}
		if d := c.Dropped(); d != (Dropped{Unasked: 30}) { // two questions, each answered, each answer twice
			t.Errorf("dropped %+v, want 30 answers that nobody waits for", d)
		}
	})
}

func TestALateAnswerIsNotTakenForTheAnswerToTheNextQuestion(t *testing.T) {
	bubble(t, echo, func(t *testing.T, n *network, c *Client, worked *int) {
		c.First, c.Tries = 50*time.Millisecond, 1
		slow := 100 * time.Millisecond
		n.fate = func(m Message, _, _ net.Addr) []time.Duration {
			if string(m.Text) == "first" && m.Kind == Question {
				return []time.Duration{oneWay}
			}
			return []time.Duration{slow}
		}
		if answer, err := c.Ask(context.Background(), serverAddr, []byte("first")); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("the first got %q, %v", answer, err)
		}
		c.First = time.Minute
		wants(t, c, "second", "second")
		if d := c.Dropped(); d != (Dropped{Unasked: 1}) {
			t.Errorf("dropped %+v, want the late one", d)
		}
	})
}

func TestAnAnswerWithAnotherIDOrFromAnotherAddressIsDropped(t *testing.T) {
	bubble(t, echo, func(t *testing.T, n *network, c *Client, worked *int) {
		evil := Message{Kind: Answer, Text: []byte("forged")}
		n.fate = func(m Message, from, to net.Addr) []time.Duration {
			if m.Kind == Question { // who has read the question answers first, from elsewhere
				evil.ID = m.ID
				n.deliver(evil.Append(nil), at("10.0.1.66:7000"), from, 0)
				n.deliver(evil.Append(nil), at("10.0.1.2:7001"), from, 0)
				evil.ID = m.ID + 1 // who has not, guesses
				n.deliver(evil.Append(nil), serverAddr, from, 0)
				n.deliver([]byte("\x00"), serverAddr, from, 0)
				n.deliver(m.Append(nil), serverAddr, from, 0)
			}
			return []time.Duration{oneWay}
		}
		wants(t, c, "hello", "hello")
		if d := c.Dropped(); d != (Dropped{Malformed: 2, Unasked: 1, Elsewhere: 2}) {
			t.Errorf("dropped %+v", d)
		}
	})
}

func TestTheServerNeverSendsMoreThanItWasSent(t *testing.T) {
	for size := range MaxText + 1 {
		large := func([]byte) []byte { return make([]byte, size) }
		s := &Server{Answer: large}
		for _, padded := range []int{0, 100, MaxSize} {
			q, err := Parse(Message{Kind: Question, ID: uint64(padded), Size: padded, Text: []byte("?")}.Append(nil))
			if err != nil {
				t.Fatal(err)
			}
			if got := len(s.reply(q, "victim", time.Now()).Append(nil)); got > q.Size {
				t.Fatalf("a question of %d bytes was answered with %d", q.Size, got)
			}
		}
	}
}

func TestALargeAnswerCostsItsAskerAsManyBytes(t *testing.T) {
	large := bytes.Repeat([]byte("x"), MaxText)
	bubble(t, func([]byte) []byte { return large }, func(t *testing.T, n *network, c *Client, worked *int) {
		begun := time.Now()
		wants(t, c, "tell me all", string(large))
		if took := time.Since(begun); took != 4*oneWay {
			t.Errorf("it took %v, want two round trips", took)
		}
		if *worked != 1 {
			t.Errorf("the server has worked %d times", *worked)
		}
		asked, answered := n.bytesBetween(clientAddr, serverAddr), n.bytesBetween(serverAddr, clientAddr)
		if answered > asked {
			t.Errorf("%d bytes were answered with %d", asked, answered)
		}
	})
}

func TestAnAnswerThatNoDatagramHoldsIsAnError(t *testing.T) {
	bubble(t, func([]byte) []byte { return make([]byte, 100_000) }, func(t *testing.T, n *network, c *Client, worked *int) {
		if answer, err := c.Ask(context.Background(), serverAddr, nil); err == nil || errors.Is(err, ErrNoAnswer) {
			t.Errorf("%d bytes, %v", len(answer), err)
		}
	})
}

func TestWhoHearsNothingSaysSoAfterAllTries(t *testing.T) {
	bubble(t, echo, func(t *testing.T, n *network, c *Client, worked *int) {
		n.fate = func(Message, net.Addr, net.Addr) []time.Duration { return nil }
		begun := time.Now()
		if _, err := c.Ask(context.Background(), serverAddr, nil); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("the error is %v", err)
		}
		if took := time.Since(begun); took < 31*time.Second || took > 39*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestAQuestionEndsWithItsContextAndWithItsClient(t *testing.T) {
	bubble(t, echo, func(t *testing.T, n *network, c *Client, worked *int) {
		n.fate = func(Message, net.Addr, net.Addr) []time.Duration { return nil }
		ctx, cancel := context.WithTimeout(context.Background(), 1500*time.Millisecond)
		defer cancel()
		if _, err := c.Ask(ctx, serverAddr, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("its context has ended: %v", err)
		}
		go func() { time.Sleep(time.Second); c.Close() }()
		if _, err := c.Ask(context.Background(), serverAddr, nil); !errors.Is(err, net.ErrClosed) {
			t.Errorf("its client was closed: %v", err)
		}
	})
}

func TestAFloodOfQuestionsKeepsTheMemoryBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{Answer: echo}
		for i := range 10_000 {
			s.reply(Message{Kind: Question, ID: uint64(i), Size: MaxSize}, "flood", time.Now())
		}
		if n, m := len(s.memory.answers), len(s.memory.order); n != maxAnswered || m != maxAnswered {
			t.Errorf("%d answers are remembered in an order of %d, want %d", n, m, maxAnswered)
		}
		time.Sleep(remember)
		s.reply(Message{Kind: Question, Size: MaxSize}, "flood", time.Now())
		if n := len(s.memory.answers); n != 1 {
			t.Errorf("a minute later %d answers are remembered, want the last", n)
		}
	})
}
