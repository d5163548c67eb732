package faults

import (
	"net"
	"sync"
	"testing"

	"onthewire/lessons/internal/leak"
)

func aResetEndsThatClientAndNoOther(t *testing.T, s *suite) {
	srv := s.start(t)
	polite := srv.dial()
	echoes(t, polite, hello)
	before, _ := leak.Descriptors()
	sent := feast()[:64<<10]
	for range 100 {
		rude := srv.dial()
		echoes(t, rude, hello)
		rude.Write(sent) // some of it is under way when the reset comes
		reset(t, rude)
		echoes(t, polite, hello)
	}
	closed(t, before)
}

func aResetGluttonEndsAndNoOther(t *testing.T, s *suite) {
	srv := s.start(t)
	polite := srv.dial()
	echoes(t, polite, hello)
	before, _ := leak.Descriptors()
	glutton := srv.dial()
	gorge(t, glutton, feast())
	reset(t, glutton)
	closed(t, before)
	echoes(t, polite, hello)
}

func aStormOfResetsLeavesNothingBehind(t *testing.T, s *suite) {
	n := size(4000, 50_000)
	srv := s.start(t)
	polite := srv.dial()
	echoes(t, polite, hello)
	before, _ := leak.Descriptors()
	var rude sync.WaitGroup
	for worker := range 4 {
		rude.Go(func() {
			for i := range n / 4 {
				conn, err := net.Dial("tcp", srv.Addr().String())
				if err != nil {
					t.Errorf("client %d: %v", i, err)
					return
				}
				if worker%2 == 0 {
					conn.Write(hello)
				}
				conn.(*net.TCPConn).SetLinger(0)
				conn.Close()
			}
		})
	}
	rude.Wait()
	echoes(t, polite, hello)
	closed(t, before)
}

// Everybody has gone before the server looks for the first time.
func clientsThatLeftBeforeAcceptDisturbNobody(t *testing.T, s *suite) {
	srv := s.open(t)
	for range 50 {
		reset(t, srv.dial())
	}
	last := srv.dial()
	srv.run()
	echoes(t, last, hello)
}
