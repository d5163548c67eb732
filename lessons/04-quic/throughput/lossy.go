package throughput

import (
	"context"
	"errors"
	"net"
	"strconv"
	"time"

	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/measure"
)

// Long is the way of the lossy comparison, in each direction.
var Long = lab.Way{Delay: 25 * time.Millisecond, Rate: 100e6}

// Lossy compares congestion controls over a long way, without loss and with 1 % of the packets
// of either direction lost: a column of megabits a second, and one of seconds. It takes a lab.
func Lossy(authority *devcert.Authority, bytes int64) (*measure.Comparison, error) {
	link, err := lab.Open(Long, Long)
	if err != nil {
		return nil, err
	} else if err := link.Close(); err != nil {
		return nil, err
	}
	c := &measure.Comparison{
		Settings: []measure.Setting{{Key: "0", Name: "no loss"}, {Key: "0.01", Name: "1 % loss"}},
		Columns: []measure.Column{
			{Name: "Mbit/s", Key: "megabits_per_second", More: true},
			{Name: "seconds", Key: "seconds"},
		},
	}
	for _, rival := range []struct {
		name, congestion string
		way              Way
	}{
		{"TCP, cubic", "cubic", Way{}},
		{"TCP, bbr", "bbr", Way{}},
		{"quic-go", "", Way{QUIC: true}}, // its own, which is Reno (RFC 9002, section 7)
	} {
		c.Rivals = append(c.Rivals, measure.Rival{Name: rival.name, Turn: func(ctx context.Context, loss string) ([]float64, error) {
			way, err := Long, error(nil)
			if way.Loss, err = strconv.ParseFloat(loss, 64); err != nil {
				return nil, err
			}
			took, err := over(ctx, way, rival.congestion, rival.way, authority, bytes)
			return []float64{float64(bytes) * 8 / 1e6 / took.Seconds(), took.Seconds()}, err
		}})
	}
	return c, nil
}

// over downloads over a link of its own: the kernel remembers what it has learnt of a path
// (tcp_no_metrics_save in tcp(7)), and the next download would begin with that.
func over(ctx context.Context, way lab.Way, congestion string, by Way, authority *devcert.Authority, bytes int64) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	certificate, err := authority.Certificate()
	if err != nil {
		return 0, err
	}
	link, err := lab.Open(way, way)
	if err != nil {
		return 0, err
	}
	defer link.Close()
	if congestion != "" {
		link.Server.Congestion = congestion
	}
	listens, ended := make(chan net.Addr, 1), make(chan error, 1)
	go func() {
		ended <- by.Serve(ctx, link.Server, "server:0", certificate, func(at net.Addr) { listens <- at })
	}()
	select {
	case at := <-listens:
		client, err := by.Dial(ctx, link.Client, at.String(), authority.Pool())
		if err != nil {
			cancel()
			<-ended
			return 0, err
		}
		took, err := client.Fetch(ctx, bytes)
		err = errors.Join(err, client.Close())
		return took, errors.Join(err, <-ended)
	case err := <-ended:
		return 0, err
	}
}
