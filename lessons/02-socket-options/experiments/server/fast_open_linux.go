package server

import (
	"context"
	"net"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/packet"
)

// FastOpen sends the first bytes along with the SYN, once the server has given it a cookie.
var FastOpen = experiment.Experiment{
	Name:     "fast-open",
	Subjects: []string{"TCP_FASTOPEN", "TCP_FASTOPEN_CONNECT"},
	About:    "Bytes in the SYN: an answer one round trip earlier",
	Do:       fastOpen,
}

func fastOpen(ctx context.Context, r *experiment.Report) (err error) {
	const oneWay = 25 * time.Millisecond
	link, err := lab.Open(lab.Way{Delay: oneWay}, lab.Way{Delay: oneWay})
	if err != nil {
		return err
	}
	defer link.Close()
	stop, err := echoFast(ctx, link.Server)
	if err != nil {
		return err
	}
	defer stop()

	var early atomic.Int64 // bytes that came in a SYN
	defer link.Tap(func(p lab.Packet) {
		if p.ToServer && p.Flags&packet.SYN != 0 {
			early.Add(int64(len(p.Payload)))
		}
	})()
	fast := option{"TCP_FASTOPEN_CONNECT", unix.IPPROTO_TCP, unix.TCP_FASTOPEN_CONNECT, 1}
	var took [3]time.Duration
	var inSYN [3]int
	for i, round := range []struct {
		name    string
		times   int // of these the best: a busy machine adds to some, and takes from none
		options []option
	}{
		{"without it", 3, nil},
		{"the first time with it", 1, []option{fast}},
		{"from then on", 3, []option{fast}},
	} {
		for range round.times {
			before := early.Load()
			now, err := ask(ctx, link.Client, round.options)
			if err != nil {
				return err
			}
			inSYN[i] = int(early.Load() - before)
			if took[i] == 0 || now < took[i] {
				took[i] = now
			}
		}
		r.Add(round.name+", bytes in the SYN", inSYN[i])
		r.Add("and the answer after", took[i])
	}
	r.Shown = inSYN == [3]int{0, 0, len("hello, wire\n")} && took[2] < took[0] &&
		min(took[0], took[1]) >= 4*oneWay && took[2] >= 2*oneWay
	r.Says = "The first time the client asks for a cookie. From then on it shows the cookie, and need not wait for the handshake."
	return nil
}

// ask dials, sends, and waits for the first byte of the answer.
func ask(ctx context.Context, client *lab.Host, options []option) (took time.Duration, err error) {
	dialer := net.Dialer{Control: control(options)}
	begun := time.Now()
	var conn net.Conn
	if err := client.Do(func() error {
		conn, err = dialer.DialContext(ctx, "tcp4", lab.ServerAddr.String()+":80")
		return err
	}); err != nil {
		return 0, err
	}
	defer conn.Close()
	defer untilDone(ctx, conn)()
	if _, err := conn.Write([]byte("hello, wire\n")); err != nil {
		return 0, err
	}
	_, err = conn.Read(make([]byte, 1))
	return time.Since(begun), err
}

// echoFast starts an echo server that takes bytes from a SYN. The network has to allow it,
// so it needs a host of its own.
func echoFast(ctx context.Context, host *lab.Host) (stop func(), err error) {
	var listener net.Listener
	err = host.Do(func() error {
		const clientAndServer = "3"
		if err := sysctl("net/ipv4/tcp_fastopen", clientAndServer); err != nil {
			return err
		}
		const mayWait = 16 // connections without a finished handshake
		listener, err = listen(ctx, "tcp4", ":80", option{"TCP_FASTOPEN", unix.IPPROTO_TCP, unix.TCP_FASTOPEN, mayWait})
		return err
	})
	if err != nil {
		return nil, err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			watch := untilDone(ctx, conn)
			message := make([]byte, 64)
			if n, err := conn.Read(message); err == nil {
				conn.Write(message[:n])
			}
			watch()
			conn.Close()
		}
	}()
	return func() { listener.Close(); <-done }, nil
}
