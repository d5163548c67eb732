package experiment

import "time"

// Steadily runs a measurement, and does so again, three times at most, if a clock came late
// meanwhile: then the machine was so busy that the packets did, too, and what was measured
// is the machine.
func Steadily(r *Report, measure func() error) (err error) {
	for range 4 {
		*r = Report{progress: r.progress}
		lateness := watchClock()
		err = measure()
		if lateness() < 50*time.Millisecond || err != nil {
			break
		}
	}
	return err
}

// watchClock watches a clock until it is asked by how much a tick has been late.
func watchClock() (most func() time.Duration) {
	const tick = 10 * time.Millisecond
	done, found := make(chan struct{}), make(chan time.Duration)
	go func() {
		clock := time.NewTicker(tick)
		defer clock.Stop()
		latest, last := time.Duration(0), time.Now()
		for {
			select {
			case <-clock.C:
				latest = max(latest, time.Since(last)-tick)
				last = time.Now()
			case <-done:
				found <- latest
				return
			}
		}
	}()
	return func() time.Duration { close(done); return <-found }
}
