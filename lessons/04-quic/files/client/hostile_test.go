package client

import (
	"crypto/sha256"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/files/wire"
)

// putBy sends 12 bytes by hand, without waiting for anything before the end.
func putBy(t *testing.T, conn *quic.Conn, name string) error {
	t.Helper()
	raw, err := conn.OpenStreamSync(t.Context())
	must(t, err)
	s := &wire.Stream{Raw: raw, Idle: 10 * time.Second}
	data := []byte("hello, wire\n")
	must(t, s.Send(wire.Header{Kind: wire.Put, Name: name, Size: 12, Time: time.Unix(1, 0), Mode: 0o644}))
	sum := sha256.Sum256(data)
	s.Write(append(data, sum[:]...))
	for range 2 { // what it says first, and in the end
		var h wire.Header
		if h, err = s.Header(); err != nil || h.Err() != nil {
			return errors.Join(err, h.Err())
		}
	}
	return raw.Close()
}

func TestAClientThatOpensStreamsAndSaysNothingIsToldSoAndKeepsNobody(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		_, stop := s.serve()
		conn, err := s.client().Dial(t.Context())
		must(t, err)
		var streams []*quic.Stream
		for i := range 1000 {
			stream, err := conn.OpenStreamSync(t.Context())
			must(t, err)
			stream.Write(make([]byte, i%64)) // at least that: the server knows of it
			streams = append(streams, stream)
		}
		begun := time.Now()
		for _, raw := range streams[1:] {
			raw.SetReadDeadline(time.Now().Add(time.Minute))
			h, err := wire.Read(raw)
			if err == nil {
				err = h.Err()
			}
			if refusal, ok := errors.AsType[*wire.Refusal](err); !ok || refusal.Kind != wire.Failed {
				t.Error(err)
			}
		}
		if took := time.Since(begun); took > 11*time.Second {
			t.Errorf("it took %v", took)
		}
		write(t, s.there+"/a", 12)
		must(t, s.client().Get(t.Context(), s.folder(s.here), "a"))
		conn.CloseWithError(0, "")
		stop()
	})
}

func TestTheServerRefusesInOneLineAndNothingChanges(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		server, _ := s.serve()
		server.Folder.Limit = 1000
		write(t, s.there+"/a", 12)
		write(t, s.here+"/a", 2000)
		write(t, s.here+"/small", 100)
		write(t, s.there+"/folder/b", 12)
		c, folder := s.client(), s.folder(s.here)
		line(t, c.Put(t.Context(), folder, "a"), "put a: the server says: 2000 bytes are too many, 1000 are allowed")
		line(t, c.Get(t.Context(), folder, "nosuch"), "get nosuch: the server says: no such file or directory")
		line(t, c.Get(t.Context(), folder, "folder"), "get folder: the server says: it is a folder")
		line(t, c.Put(t.Context(), folder, "nosuch"), "put nosuch: no such file or directory")
		line(t, c.Get(t.Context(), folder, "../a"), "get ../a: not a name")
		line(t, c.Put(t.Context(), folder, "a", "nosuch"), "2 of 2 files failed; the first: put ")
		server.ReadOnly = true
		line(t, c.Put(t.Context(), folder, "small"), "put small: the server says: this server takes no files")
		if about, err := os.Stat(s.there + "/a"); err != nil || about.Size() != 12 || left(t, s.there)+left(t, s.here) > 0 {
			t.Errorf("%v, %v", about, err)
		}
	})
}

func TestTwoWritersOfANameComeOneAfterTheOther(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.serve()
		write(t, s.here+"/a", size)
		done := make(chan error, 2)
		for range 2 {
			c, folder := s.client(), s.folder(s.here)
			go func() { done <- c.Put(t.Context(), folder, "a") }()
		}
		must(t, errors.Join(<-done, <-done))
		equal(t, s.here+"/a", s.there+"/a")
		// Who has no time for that is told.
		conn, err := s.client().Dial(t.Context())
		must(t, err)
		raw, err := conn.OpenStreamSync(t.Context())
		must(t, err)
		must(t, (&wire.Stream{Raw: raw, Idle: time.Second}).Send(wire.Header{Kind: wire.Put, Name: "a", Size: 12}))
		_, err = wire.Read(raw)
		must(t, err)
		c := s.client()
		c.Retry = time.Second
		line(t, c.Put(t.Context(), s.folder(s.here), "a"), "put a: the server says: somebody else is writing a file of that name")
	})
}

func TestAServerThatStopsFinishesWhatItCanWithinDrain(t *testing.T) {
	both(t, func(t *testing.T, put bool) {
		for _, bytes := range []int{size, 10 * size} { // 1.3 s, and 13 s
			play(t, func(t *testing.T, s *scene) {
				from, into := s.from(put)
				write(t, from+"/a", bytes)
				_, stop := s.serve()
				c := s.client()
				c.Retry = 0
				done := make(chan error, 1)
				go func() { done <- s.transfer(c, put)(t.Context(), "a") }()
				time.Sleep(500 * time.Millisecond)
				begun := time.Now()
				stop()
				took := time.Since(begun)
				err := <-done
				if bytes == size {
					must(t, err)
					equal(t, from+"/a", into+"/a")
				} else {
					line(t, err, "the server stops")
					if left(t, into) != 1 || took != 4*time.Second {
						t.Errorf("%d parts are left after %v", left(t, into), took)
					}
				}
				if took > 4*time.Second {
					t.Errorf("stopping took %v", took)
				}
			})
		}
	})
}
