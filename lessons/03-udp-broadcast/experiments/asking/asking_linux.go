// Package asking has an experiment with a question over a link that loses packets.
package asking

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"onthewire/lessons/03-udp-broadcast/ask"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
)

// Asking asks forty questions over a bad link, once each, and then as often as it takes.
var Asking = experiment.Experiment{
	Name:     "asking",
	Subjects: []string{"a request and its answer", "retries with backoff"},
	About:    "Forty questions over a link that loses three packets in ten",
	Do:       asking,
}

const (
	questions = 40
	text      = "what time is it?"
)

func asking(ctx context.Context, r *experiment.Report) error {
	bad := lab.Way{Delay: time.Millisecond, Loss: 0.3}
	link, err := lab.Open(bad, bad)
	if err != nil {
		return err
	}
	defer link.Close()
	conn, err := link.Server.ListenPacket("udp4", "server:0")
	if err != nil {
		return err
	}
	to := conn.LocalAddr()
	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	var worked atomic.Int64
	go func() {
		server := ask.Server{Answer: func([]byte) []byte { worked.Add(1); return []byte("ten past two") }}
		served <- server.Serve(serving, conn)
	}()
	once, err := answered(ctx, link.Client, to, 1)
	if err != nil {
		stop()
		<-served
		return err
	}
	before, workedBefore := link.ToServer.Counts(), worked.Load()
	again, err := answered(ctx, link.Client, to, 4)
	after := link.ToServer.Counts()
	stop()
	if serving := <-served; err == nil {
		err = serving
	}
	if err != nil {
		return err
	}
	r.Add("asked once each, answered", once)
	r.Add("asked four times at most, answered", again)
	arrived, workedOn := after.Delivered-before.Delivered, worked.Load()-workedBefore
	r.Add("  sent for that", after.Packets-before.Packets)
	r.Add("  arrived at the server", arrived)
	r.Add("  worked on", workedOn)
	r.Shown = once < again && arrived > int(workedOn) && workedOn <= questions
	r.Says = "Asking again is what gets answers, and knowing a question by its id keeps the server from doing the work again."
	return nil
}

// answered asks all questions at once and counts the answers.
func answered(ctx context.Context, host *lab.Host, to net.Addr, tries int) (int, error) {
	conn, err := host.ListenPacket("udp4", ":0")
	if err != nil {
		return 0, err
	}
	client := ask.NewClient(conn)
	defer client.Close()
	client.First, client.Tries = 100*time.Millisecond, tries
	var count atomic.Int64
	var all sync.WaitGroup
	for range questions {
		all.Go(func() {
			if _, err := client.Ask(ctx, to, []byte(text)); err == nil {
				count.Add(1)
			}
		})
	}
	all.Wait()
	return int(count.Load()), ctx.Err()
}
