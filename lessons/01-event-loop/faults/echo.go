package faults

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"sync"
	"testing"
)

func everyByteComesBackInOrder(t *testing.T, s *suite) {
	srv := s.start(t)
	var clients sync.WaitGroup
	for seed := range byte(8) {
		conn := srv.dial()
		clients.Go(func() {
			random := rand.New(rand.NewPCG(uint64(seed), 1))
			for range 25 {
				sent := noise(seed, 1+random.IntN(200_000))
				go conn.Write(sent)
				got := make([]byte, len(sent))
				if _, err := io.ReadFull(conn, got); err != nil || !bytes.Equal(got, sent) {
					t.Errorf("client %d: %d bytes sent, not all of them came back: %v", seed, len(sent), err)
					return
				}
			}
		})
	}
	clients.Wait()
}

func manyClientsAreServedAtOnce(t *testing.T, s *suite) {
	srv := s.start(t)
	conns := make([]net.Conn, size(500, 1900))
	for i := range conns {
		conns[i] = srv.dial()
		_, err := conns[i].Write(hello)
		must(t, err)
	}
	answer := make([]byte, len(hello))
	for range 3 {
		for i, conn := range conns {
			if _, err := io.ReadFull(conn, answer); err != nil || !bytes.Equal(answer, hello) {
				t.Fatalf("client %d of %d: %q, %v", i, len(conns), answer, err)
			}
			_, err := conn.Write(hello)
			must(t, err)
		}
	}
}

func aGluttonGetsEveryByteAndFreezesNobody(t *testing.T, s *suite) {
	srv := s.start(t)
	polite, glutton := srv.dial(), srv.dial()
	echoes(t, polite, hello)

	sent := feast()
	before := heap()
	taken := gorge(t, glutton, sent)
	for range 100 {
		echoes(t, polite, hello)
	}
	if grown := heap() - before; grown > 4<<20 {
		t.Errorf("the heap has grown by %d bytes for a client that does not read", grown)
	}

	written := make(chan error, 1)
	go func() {
		_, err := glutton.Write(sent[taken:])
		written <- err
	}()
	got := make([]byte, len(sent))
	if n, err := io.ReadFull(glutton, got); err != nil {
		t.Fatalf("%d of %d bytes came back: %v", n, len(sent), err)
	}
	if !bytes.Equal(got, sent) {
		t.Error("the bytes came back changed")
	}
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
func gluttonsDoNotUseUpWhatIsShared(t *testing.T, s *suite) {
	srv := s.start(t)
	polite := srv.dial()
	var gluttons sync.WaitGroup
	for range 10 {
		conn := srv.dial()
		gluttons.Go(func() { gorge(t, conn, feast()) })
	}
	gluttons.Wait()
	for range 100 {
		echoes(t, polite, feast()[:10_000])
	}
}

func aHalfClosedClientIsAnsweredInFull(t *testing.T, s *suite) {
	srv := s.start(t)
	echoes(t, srv.dial(), hello)
	conn, sent := srv.dial(), feast()[:16<<20]
	taken := gorge(t, conn, sent)
	go func() {
		conn.Write(sent[taken:])
		conn.CloseWrite()
	}()
	got, err := io.ReadAll(conn)
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d of %d bytes came back before the end: %v", len(got), len(sent), err)
	}
}
