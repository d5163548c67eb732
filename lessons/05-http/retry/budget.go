package retry

import "sync"

// A Budget allows so many repetitions for a number of requests. While one request in a hundred
// fails it is never felt. When all of them fail, it keeps the load from doubling. A nil Budget
// allows everything. It may be used from several goroutines.
type Budget struct {
	Percent int // repetitions for a hundred requests
	Saved   int // how many repetitions may be saved up

	mu     sync.Mutex
	earned int // in hundredths
}

// Earn is called for each request.
func (b *Budget) Earn() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.earned = min(b.earned+b.Percent, 100*b.Saved)
}

// Spend is called for each repetition, and tells whether it may be.
func (b *Budget) Spend() bool {
	if b == nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.earned < 100 {
		return false
	}
	b.earned -= 100
	return true
}
