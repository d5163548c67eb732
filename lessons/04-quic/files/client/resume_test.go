package client

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"onthewire/lessons/internal/lab"
)

const size = 1 << 18 // takes 1.3 s

// transfer fetches or sends.
func (s *scene) transfer(c *Client, put bool) func(ctx context.Context, names ...string) error {
	folder := s.folder(s.here)
	do := c.Get
	if put {
		do = c.Put
	}
	return func(ctx context.Context, names ...string) error { return do(ctx, folder, names...) }
}

func both(t *testing.T, do func(t *testing.T, put bool)) {
	t.Run("get", func(t *testing.T) { do(t, false) })
	t.Run("put", func(t *testing.T) { do(t, true) })
}

func (s *scene) from(put bool) (from, into string) {
	if put {
		return s.here, s.there
	}
	return s.there, s.here
}

func TestATransferOutlivesALinkThatLosesEverythingForAWhile(t *testing.T) {
	both(t, func(t *testing.T, put bool) {
		play(t, func(t *testing.T, s *scene) {
			from, into := s.from(put)
			write(t, from+"/a", size)
			s.serve()
			c := s.client()
			time.AfterFunc(time.Second, func() { s.Set(lab.Way{Delay: way.Delay, Loss: 1}) })
			time.AfterFunc(20*time.Second, func() { s.Set(way) })
			begun := time.Now()
			must(t, s.transfer(c, put)(t.Context(), "a"))
			equal(t, from+"/a", into+"/a")
			if took := time.Since(begun); took < 20*time.Second || took > 30*time.Second {
				t.Errorf("it took %v", took)
			}
			// What was on its way when it broke has to come again. A sender counts that too.
			if again := c.Bytes.Load() - size; again < 0 || again > size/3 {
				t.Errorf("%d bytes came again", again)
			}
			if !s.says("connecting again") || s.says("begins again") || left(t, into) > 0 {
				t.Errorf("it said %q and left %d parts", s.said, left(t, into))
			}
		})
	})
}

func TestWhenRetryIsUsedUpAllFilesEndWithOneLineAndTheirParts(t *testing.T) {
	both(t, func(t *testing.T, put bool) {
		play(t, func(t *testing.T, s *scene) {
			from, _ := s.from(put)
			var names []string
			for i := range 20 {
				names = append(names, fmt.Sprint(i))
				write(t, filepath.Join(from, names[i]), 25_000)
			}
			_, stop := s.serve()
			c := s.client()
			broken := time.Second
			time.AfterFunc(broken, func() { s.Set(lab.Way{Delay: way.Delay, Loss: 1}) })
			begun := time.Now()
			line(t, s.transfer(c, put)(t.Context(), names...), "no recent network activity")
			// It counts from the last byte that moved, which may have been before the break.
			if took := time.Since(begun); took < c.Retry || took > broken+c.Retry+12*time.Second {
				t.Errorf("with 30 s of retry it took %v", took)
			}
			stop()
			if n := left(t, s.here) + left(t, s.there); n < 16 {
				t.Errorf("%d parts are left of 20", n)
			}
			// The next one goes on with them.
			must(t, s.Set(way))
			s.serve()
			next := s.client()
			must(t, s.transfer(next, put)(t.Context(), names...))
			if n := next.Bytes.Load(); n >= 20*25_000 {
				t.Errorf("%d bytes came again", n)
			}
		})
	})
}

func TestCtrlCLeavesAPartThatGoesOn(t *testing.T) {
	both(t, func(t *testing.T, put bool) {
		play(t, func(t *testing.T, s *scene) {
			from, into := s.from(put)
			write(t, from+"/a", size)
			s.serve()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if err := s.transfer(s.client(), put)(ctx, "a"); !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
			if _, err := os.Stat(into + "/a"); err == nil {
				t.Error("half a file has its name")
			}
			next := s.client()
			must(t, s.transfer(next, put)(t.Context(), "a"))
			equal(t, from+"/a", into+"/a")
			if n := next.Bytes.Load(); n == 0 || n > size*2/3 {
				t.Errorf("%d bytes came again", n)
			}
		})
	})
}

func TestAFileThatHasChangedBetweenBeginsAgain(t *testing.T) {
	both(t, func(t *testing.T, put bool) {
		for why, change := range map[string]func(path string, about os.FileInfo) error{
			"size": func(path string, _ os.FileInfo) error { return os.Truncate(path, size-1) },
			"time": func(path string, _ os.FileInfo) error { return os.Chtimes(path, time.Now(), time.Now()) },
			"bytes": func(path string, about os.FileInfo) error {
				f, err := os.OpenFile(path, os.O_WRONLY, 0)
				if err != nil {
					return err
				}
				_, err = f.WriteAt([]byte("other"), 0)
				return errors.Join(err, f.Close(), os.Chtimes(path, about.ModTime(), about.ModTime()))
			},
		} {
			play(t, func(t *testing.T, s *scene) {
				from, into := s.from(put)
				write(t, from+"/a", size)
				write(t, into+"/a", 12)
				about, err := os.Stat(from + "/a")
				must(t, err)
				s.serve()
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				if err := s.transfer(s.client(), put)(ctx, "a"); err == nil {
					t.Error("it was not interrupted")
				}
				synctest.Wait()
				must(t, change(from+"/a", about))
				must(t, s.transfer(s.client(), put)(t.Context(), "a"))
				equal(t, from+"/a", into+"/a")
				if !s.says("a has changed since it was begun, and begins again") {
					t.Errorf("%s: it said %q", why, s.said)
				}
			})
		}
	})
}

func TestAFileThatChangesWhileItIsSentIsTriedAgainButNotForEver(t *testing.T) {
	both(t, func(t *testing.T, put bool) {
		for _, times := range []int{1, 1000} {
			play(t, func(t *testing.T, s *scene) {
				from, into := s.from(put)
				write(t, from+"/a", size)
				write(t, into+"/a", 12)
				s.serve()
				over := make(chan struct{})
				go func() {
					for i := range times {
						select {
						case <-time.After(time.Second):
							os.Chtimes(from+"/a", time.Now(), time.Unix(int64(i), 0))
						case <-over:
							return
						}
					}
				}()
				err := s.transfer(s.client(), put)(t.Context(), "a")
				close(over)
				if times == 1 {
					must(t, err)
					equal(t, from+"/a", into+"/a")
					return
				}
				line(t, err, "a: the file has changed since it was begun")
				if about, err := os.Stat(into + "/a"); err != nil || about.Size() != 12 {
					t.Errorf("the old file: %v, %v", about, err)
				}
			})
		}
	})
}
