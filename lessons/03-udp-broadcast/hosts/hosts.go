// Package hosts runs a node of package discover on each host of a segment, and keeps what
// they say of each other.
package hosts

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"onthewire/lessons/03-udp-broadcast/discover"
	"onthewire/lessons/03-udp-broadcast/multicast"
	"onthewire/lessons/internal/lab"
)

// Nodes are running, one on each host of a segment.
type Nodes struct {
	Segment *lab.Segment

	mu      sync.Mutex
	lists   []map[discover.Peer]bool // by host, whom it lists
	sent    int                      // bytes
	changed chan struct{}            // closed by the next change

	stop  context.CancelFunc
	ended chan error
	names []string
}

// Start opens a segment with a host for each name, and runs a node on each.
func Start(ctx context.Context, interval time.Duration, names ...string) (*Nodes, error) {
	segment, err := lab.OpenSegment(len(names))
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	n := &Nodes{Segment: segment, changed: make(chan struct{}), stop: stop, ended: make(chan error, len(names)), names: names}
	for i, host := range segment.Hosts {
		n.lists = append(n.lists, map[discover.Peer]bool{})
		node := &discover.Node{
			Name: names[i], Service: "chat", Port: 9000, Interval: interval,
			Interfaces: func() (found []string, err error) {
				err = host.Do(func() error { found, err = multicast.Interfaces(); return err })
				return found, err
			},
			Open: func(name string) (link *discover.Link, err error) {
				err = host.Do(func() error { link, err = multicast.Open(name); return err })
				return link, err
			},
			Events: func(e discover.Event) { n.note(i, e) },
		}
		go func() { n.ended <- node.Run(ctx) }()
	}
	return n, nil
}

func (n *Nodes) note(host int, e discover.Event) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch e.Kind {
	case discover.Joined:
		n.lists[host][e.Peer] = true
	case discover.Left:
		delete(n.lists[host], e.Peer)
	case discover.Sent:
		n.sent += e.Size
		return
	default:
		return
	}
	close(n.changed)
	n.changed = make(chan struct{})
}

// Until waits until a host lists exactly these, and tells how long that took.
func (n *Nodes) Until(ctx context.Context, host int, names ...string) (time.Duration, error) {
	begun := time.Now()
	for {
		n.mu.Lock()
		var listed []string
		for p := range n.lists[host] {
			if !slices.Contains(listed, p.Name) {
				listed = append(listed, p.Name)
			}
		}
		changed := n.changed
		n.mu.Unlock()
		slices.Sort(listed)
		if slices.Equal(listed, slices.Sorted(slices.Values(names))) {
			return time.Since(begun), nil
		}
		select {
		case <-changed:
		case err := <-n.ended:
			n.ended <- err
			return 0, errors.Join(errors.New("a node has ended"), err)
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// Sent is how many bytes of messages they have sent, all of them.
func (n *Nodes) Sent() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.sent
}

// Close stops the nodes, each of which says goodbye, and takes the segment away.
func (n *Nodes) Close() (err error) {
	n.stop()
	for range n.names {
		err = errors.Join(err, <-n.ended)
	}
	return errors.Join(err, n.Segment.Close())
}
