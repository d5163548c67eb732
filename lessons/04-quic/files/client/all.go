package client

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"onthewire/lessons/04-quic/files/store"
	"onthewire/lessons/04-quic/files/wire"
)

// GetAll fetches the files at and below some names, if want wants them, and each as soon as the
// server has told of it: the list of ten thousand takes several round trips. want hears of each
// file once, and of one at a time.
func (c *Client) GetAll(ctx context.Context, into *store.Folder, want func(wire.Header) bool, names ...string) error {
	under, cancel := context.WithCancel(ctx)
	defer cancel()
	found := newQueue()
	var (
		lists sync.WaitGroup
		mu    sync.Mutex
		seen  = map[string]bool{} // named twice, as in get . a.txt, or told again after a break
		errs  = make([]error, len(names))
	)
	for i, name := range names {
		lists.Go(func() {
			share := share{client: c}
			errs[i] = c.again(under, true, &share, func(stream *wire.Stream) error {
				return c.list(stream, name, &share, func(h wire.Header) {
					mu.Lock()
					defer mu.Unlock()
					if !seen[h.Name] && want(h) {
						found.push(h.Name)
					}
					seen[h.Name] = true
				})
			})
		})
	}
	go func() {
		lists.Wait()
		found.close()
	}()
	err := c.each(ctx, "get", found.all(), func(name string) error { return c.get(ctx, into, name) })
	cancel()
	lists.Wait()
	for i, failed := range errs {
		if failed != nil && !errors.Is(failed, context.Canceled) {
			return fmt.Errorf("get %s: %w", names[i], failed)
		}
	}
	return err
}

// A queue takes as many names as come: a list that had to wait for its files would be given up.
type queue struct {
	mu    sync.Mutex
	more  *sync.Cond
	names []string
	over  bool
}

func newQueue() *queue {
	q := &queue{}
	q.more = sync.NewCond(&q.mu)
	return q
}

func (q *queue) push(name string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.names = append(q.names, name)
	q.more.Signal()
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.over = true
	q.more.Signal()
}

// all are the names in their order, until the queue is closed and empty.
func (q *queue) all() iter.Seq[string] {
	return func(yield func(string) bool) {
		for {
			q.mu.Lock()
			for len(q.names) == 0 && !q.over {
				q.more.Wait()
			}
			names := q.names
			q.names = nil
			q.mu.Unlock()
			if len(names) == 0 {
				return
			}
			for _, name := range names {
				if !yield(name) {
					return
				}
			}
		}
	}
}
