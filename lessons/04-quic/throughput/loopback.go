package throughput

import (
	"context"
	"math"
	"net"
	"os"
	"runtime"
	"time"

	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/measure"
)

// Loopback is this machine as a Host.
type Loopback struct{}

func (Loopback) Listen(network, address string) (net.Listener, error) {
	return net.Listen(network, address)
}

func (Loopback) ListenPacket(network, address string) (net.PacketConn, error) {
	return net.ListenPacket(network, address)
}

func (Loopback) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, network, address)
}

// A Sender is the program that runs Serve over one way, so that its CPU time is its own.
type Sender func(Way) (program string, args []string)

// Speed compares the ways over loopback: a column of megabytes a second, then of CPU seconds
// a gibibyte for either end. The receiver is this process.
func Speed(sender Sender, authority *devcert.Authority, bytes int64) *measure.Comparison {
	c := &measure.Comparison{
		Settings: []measure.Setting{{Key: "loopback", Name: "loopback"}},
		Columns: []measure.Column{
			{Name: "MB/s", Key: "megabytes_per_second", More: true},
			{Name: "sender", Key: "sender_cpu_seconds_per_gib"},
			{Name: "receiver", Key: "receiver_cpu_seconds_per_gib"},
		},
	}
	for _, way := range Ways {
		if runtime.GOOS != "linux" && (way.NoGSO || way.GRO) {
			continue // neither quic-go nor we have offloads elsewhere
		}
		c.Rivals = append(c.Rivals, measure.Rival{Name: way.Name, Turn: func(ctx context.Context, _ string) ([]float64, error) {
			return turn(ctx, way, sender, authority, bytes)
		}})
	}
	return c
}

func turn(ctx context.Context, way Way, sender Sender, authority *devcert.Authority, bytes int64) ([]float64, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	program, args := sender(way)
	process, err := measure.Start(ctx, measure.Anywhere, program, args...)
	if err != nil {
		return nil, err
	}
	defer process.Kill()
	address, err := process.Listening(ctx)
	if err != nil {
		return nil, err
	}
	client, err := way.Dial(ctx, Loopback{}, address, authority.Pool())
	if err != nil {
		return nil, err
	}
	defer client.Close()
	theirs, ours := cpu(process.PID()), cpu(os.Getpid())
	took, err := client.Fetch(ctx, bytes)
	if err != nil {
		return nil, err
	}
	gib := float64(bytes) / (1 << 30)
	return []float64{float64(bytes) / 1e6 / took.Seconds(),
		(cpu(process.PID()) - theirs) / gib, (cpu(os.Getpid()) - ours) / gib}, nil
}

// cpu is how many seconds a process has used, NaN where that is not known.
func cpu(pid int) float64 {
	used, known := measure.CPU(pid)
	if !known {
		return math.NaN()
	}
	return used.Seconds()
}
