package servertest

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"sync"
	"testing"

	"onthewire/lessons/internal/leak"
)

func everyByteComesBackInOrder(t *testing.T, s *Server) {
	srv := s.start(t)
	talkers := 4
	if srv.talk.Others {
		talkers = 1 // or they would hear each other
	}
	var clients sync.WaitGroup
	for seed := range talkers {
		c := srv.client()
		clients.Go(func() {
			random := rand.New(rand.NewPCG(uint64(seed), 1))
			for range 15 {
				n := 1 + random.IntN(min(200_000, srv.talk.Most))
				go c.say.Write(srv.talk.Ask(n))
				if err := srv.talk.Hear(c.Reader, n); err != nil {
					t.Errorf("client %d: %v", seed, err)
					return
				}
			}
		})
	}
	clients.Wait()
}

func manyClientsAreServedAtOnce(t *testing.T, s *Server) {
	srv := s.start(t)
	clients := make([]*client, size(300, 1900))
	for i := range clients {
		clients[i] = srv.client()
		clients[i].ask(short)
	}
	for range 3 {
		for _, c := range clients {
			c.answered(short)
			c.ask(short)
		}
	}
}

func aGluttonGetsEveryByteAndFreezesNobody(t *testing.T, s *Server) {
	srv := s.start(t)
	polite, glutton := srv.glutton(), srv.glutton()
	polite.hello()
	noise() // it is not the server's
	before := heap()
	taken := flood(t, glutton.say, noise())
	sent := more(taken)
	for range 100 {
		polite.hello()
	}
	if grown := heap() - before; grown > 4<<20 {
		t.Errorf("the heap has grown by %d bytes for a client that does not read", grown)
	}
	written := make(chan error, 1)
	go func() {
		_, err := glutton.say.Write(sent[taken:])
		written <- err
	}()
	glutton.answered(len(sent))
	must(t, <-written)
}

// heap is how much memory Go keeps in use.
func heap() int {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}

// One glutton may hide that what it holds is taken from everybody. Ten cannot.
func gluttonsDoNotUseUpWhatIsShared(t *testing.T, s *Server) {
	srv := s.start(t)
	polite := srv.client()
	var gluttons sync.WaitGroup
	for range 10 {
		c := srv.glutton()
		gluttons.Go(func() { flood(t, c.say, noise()) })
	}
	gluttons.Wait()
	for range 100 {
		polite.ask(10_000)
		polite.answered(10_000)
	}
}

func aHalfClosedClientIsAnsweredInFull(t *testing.T, s *Server) {
	srv := s.start(t)
	c := srv.glutton()
	taken := flood(t, c.say, noise())
	sent := more(taken)
	go func() {
		c.say.Write(sent[taken:])
		c.say.CloseWrite()
	}()
	got, err := io.ReadAll(c.hear)
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d of %d bytes came back before the end: %v", len(got), len(sent), err)
	}
}

func aResetEndsThatClientAndNoOther(t *testing.T, s *Server) {
	srv := s.start(t)
	polite := srv.client()
	polite.hello()
	before, _ := leak.Descriptors()
	for range 50 {
		rude := dial(t, srv.address)
		rude.Write([]byte("half a wor")) // it is under way when the reset comes
		reset(t, rude)
		polite.hello()
	}
	if srv.pid == 0 {
		closed(t, before)
	}
}

func aResetGluttonEndsAndNoOther(t *testing.T, s *Server) {
	srv := s.start(t)
	polite := srv.client()
	polite.hello()
	before, _ := leak.Descriptors()
	glutton := srv.glutton()
	flood(t, glutton.say, noise())
	reset(t, glutton.say)
	closed(t, before)
	polite.hello()
}

func aStormOfResetsLeavesNothingBehind(t *testing.T, s *Server) {
	n := size(1000, 50_000)
	srv := s.start(t)
	polite := srv.client()
	polite.hello()
	before, _ := leak.Descriptors()
	var rude sync.WaitGroup
	for worker := range 4 {
		rude.Go(func() {
			for i := range n / 4 {
				conn, err := net.Dial("tcp", srv.address)
				if err != nil {
					t.Errorf("client %d: %v", i, err)
					return
				}
				if worker%2 == 0 {
					conn.Write([]byte("half a wor"))
				}
				conn.(*net.TCPConn).SetLinger(0)
				conn.Close()
			}
		})
	}
	rude.Wait()
	polite.hello()
	if srv.pid == 0 {
		closed(t, before)
	}
}

// Everybody has gone before the server looks for the first time.
func clientsThatLeftBeforeAcceptDisturbNobody(t *testing.T, s *Server) {
	srv, run := s.open(t)
	for range 50 {
		reset(t, dial(t, srv.address))
	}
	last := srv.client()
	run()
	last.hello()
}
