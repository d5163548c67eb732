package flow

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/internal/experiment"
)

// Windows downloads over a long way, with more and more that may be under way.
var Windows = experiment.Experiment{
	Name:      "windows",
	Subjects:  []string{"MAX_STREAM_DATA", "MaxStreamReceiveWindow"},
	About:     "A download at 20 ms there and back, with windows of several sizes",
	Simulated: true,
	Do:        windows,
}

const (
	oneWay    = 10 * time.Millisecond
	roundTrip = 2 * oneWay

	full    = 16                  // windows that a download fills
	ceiling = full / (full - 0.5) // of one that waits a round trip for each but the first, and half of one for that
)

func windows(ctx context.Context, r *experiment.Report) error {
	var rates []float64 // as a share of what the first window allows
	add := func(name string, first, most uint64) error {
		r.Progress("%s", name)
		perSecond, err := download(ctx, first, most)
		if err != nil {
			return err
		}
		share := perSecond / (float64(first) / roundTrip.Seconds())
		rates = append(rates, share)
		r.Add(name, fmt.Sprintf("%5.1f MB/s, %.2f of window / RTT", perSecond/1e6, share))
		return nil
	}
	for _, size := range []uint64{32 << 10, 64 << 10, 128 << 10} {
		if err := add(fmt.Sprintf("%d KiB", size>>10), size, size); err != nil {
			return err
		}
	}
	if err := add("64 KiB, may grow to 6 MiB", 64<<10, 6<<20); err != nil {
		return err
	}
	r.Shown = max(rates[0], rates[1], rates[2]) <= ceiling && rates[3] > rates[1]
	r.Says = "Nobody can send more in a round trip than the receiver allows. A window that may grow stops being the limit."
	return nil
}

// download tells how many bytes come in a second.
func download(ctx context.Context, first, most uint64) (perSecond float64, err error) {
	p, err := meet(ctx, oneWay, &quic.Config{InitialStreamReceiveWindow: first, MaxStreamReceiveWindow: most}, nil)
	if err != nil {
		return 0, err
	}
	defer p.Close()
	defer context.AfterFunc(ctx, func() { p.client.CloseWithError(0, "") })()
	stream, err := p.server.OpenUniStream()
	if err != nil {
		return 0, err
	}
	written := make(chan error, 1)
	size, begun := full*int(first), time.Now()
	go func() {
		_, err := stream.Write(make([]byte, size))
		written <- err
	}()
	arriving, err := p.client.AcceptUniStream(ctx)
	if err != nil {
		p.Close()
		<-written
		return 0, err
	}
	_, err = io.CopyN(io.Discard, arriving, int64(size))
	took := time.Since(begun)
	if err != nil {
		p.Close()
	}
	<-written
	return float64(size) / took.Seconds(), err
}
