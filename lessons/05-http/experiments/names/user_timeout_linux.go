package names

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
)

// UserTimeout cuts a link under requests whose sockets have TCP_USER_TIMEOUT or not.
var UserTimeout = experiment.Experiment{
	Name:     "user-timeout",
	Subjects: []string{"TCP_USER_TIMEOUT", "tcp_retries2", "connection timed out", "ETIMEDOUT"},
	About:    "The link is cut under three requests. When does the kernel give up?",
	Do:       userTimeout,
}

// All are those of this system.
func All() []experiment.Experiment {
	return []experiment.Experiment{Moved, Localhost, Dead, UserTimeout}
}

// A caller has a socket with a timeout or without, and asks by one method.
type caller struct {
	setting   string
	method    string
	timeout   time.Duration
	transport *http.Transport
	dials     atomic.Int32
	took      time.Duration
	err       error
}

func userTimeout(ctx context.Context, r *experiment.Report) error {
	way := lab.Way{Delay: 5 * time.Millisecond}
	link, err := lab.Open(way, way)
	if err != nil {
		return err
	}
	defer link.Close()
	listener, err := link.Server.Listen("tcp4", "server:80")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}
	go server.Serve(listener)
	defer server.Close()
	callers := []*caller{
		{setting: "a socket as it is, POST", method: "POST"},
		{setting: "TCP_USER_TIMEOUT 1 s, POST", method: "POST", timeout: time.Second},
		{setting: "TCP_USER_TIMEOUT 1 s, GET", method: "GET", timeout: time.Second},
	}
	// net/http goes on dialing for a request that has ended, and the link has to outlive that.
	dialing, stopDialing := context.WithCancel(ctx)
	var dials sync.RWMutex
	defer dials.Lock()
	defer stopDialing()
	happened := make(chan struct{}, 2*len(callers)) // an end, or a second dial
	for _, c := range callers {
		c.transport = &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if c.dials.Add(1) == 2 {
				happened <- struct{}{}
			}
			if !dials.TryRLock() {
				return nil, net.ErrClosed
			}
			defer dials.RUnlock()
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			defer context.AfterFunc(dialing, cancel)()
			conn, err := link.Client.DialContext(ctx, network, address)
			if err == nil && c.timeout > 0 {
				err = setUserTimeout(conn.(*net.TCPConn), c.timeout)
			}
			return conn, err
		}}
		defer c.transport.CloseIdleConnections()
		if c.ask(ctx); c.err != nil {
			return c.err
		}
	}
	if err := link.Set(lab.Way{Delay: way.Delay, Loss: 1}); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var all sync.WaitGroup
	for _, c := range callers {
		all.Go(func() {
			c.ask(ctx)
			happened <- struct{}{}
		})
	}
	for range 2 {
		select {
		case <-happened:
		case <-ctx.Done():
		}
	}
	cancel()
	all.Wait()
	r.Shown = true
	for i, c := range callers {
		gaveUp := errors.Is(c.err, context.Canceled)
		r.Shown = r.Shown && gaveUp == (i != 1) && c.dials.Load() == []int32{1, 1, 2}[i]
		if gaveUp {
			r.Add(c.setting, fmt.Sprintf("no end meanwhile, %d connections", c.dials.Load()))
			continue
		}
		r.Shown = r.Shown && errors.Is(c.err, syscall.ETIMEDOUT)
		r.Add(c.setting, fmt.Sprintf("after %v", c.took.Round(100*time.Millisecond)))
		r.Add("  it gets", fmt.Sprint(c.err))
	}
	r.Says = "The kernel repeats what was not acknowledged, fifteen times by default (tcp_retries2). TCP_USER_TIMEOUT puts a time in place of the count. Then net/http asks again where it may, and dials."
	return nil
}

func (c *caller) ask(ctx context.Context) {
	begun := time.Now()
	req, err := http.NewRequestWithContext(ctx, c.method, "http://10.0.0.2/", nil)
	if err != nil {
		c.err = err
		return
	}
	resp, err := c.transport.RoundTrip(req)
	if err == nil {
		_, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	c.took, c.err = time.Since(begun), err
}

func setUserTimeout(conn *net.TCPConn, timeout time.Duration) error {
	return experiment.Control(conn, func(fd int) error {
		return os.NewSyscallError("setsockopt TCP_USER_TIMEOUT",
			unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(timeout.Milliseconds())))
	})
}
