package retries

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"onthewire/lessons/05-http/retry"
	"onthewire/lessons/internal/experiment"
)

// Storm plays a minute of a service that stands still for five seconds, with clients that ask
// again in different ways. It is a model, with a clock of its own: nobody waits.
var Storm = experiment.Experiment{
	Name:      "storm",
	Subjects:  []string{"retry storm", "exponential backoff", "jitter", "retry budget", "Retry-After"},
	About:     "A service stands still for five seconds. When is it well again?",
	Simulated: true,
	Do:        storm,
}

const (
	tick     = 10 * time.Millisecond
	second   = int(time.Second / tick)
	arriving = 10          // new requests in a tick: 1,000 a second
	capacity = 12          // that the service answers in a tick: 1,200 a second, oldest first
	gives    = 1 * second  // a client gives up, and the service does not hear of it
	stops    = 10 * second // from here
	goes     = 15 * second // to here
	minute   = 60 * second
)

// How many may wait; the others are refused at once.
const (
	room  = 2000 // the last of them longer than a client waits
	short = 1000 // nobody
)

// A policy is how a client asks again, and how many the service lets wait.
type policy struct {
	name   string
	most   int
	wait   func(again int) time.Duration
	budget *retry.Budget
	room   int
}

func storm(ctx context.Context, r *experiment.Report) error {
	random := rand.New(rand.NewPCG(1, 2))
	backoff := retry.Backoff{First: 500 * time.Millisecond, Longest: 30 * time.Second, Random: random.Int64N}
	policies := []policy{
		{"nobody asks again", 0, nil, nil, room},
		{"three times, at once", 3, func(int) time.Duration { return 0 }, nil, room},
		{"three times, backoff and jitter", 3, backoff.Wait, nil, room},
		{"the same, a budget of 10 %", 3, backoff.Wait, &retry.Budget{Percent: 10, Saved: 100}, room},
		{"no budget, a queue half as long", 3, backoff.Wait, nil, short},
	}
	worst, well := make([]int, len(policies)), make([]int, len(policies))
	for i, p := range policies {
		worst[i], well[i] = play(p)
		recovered := "not within the minute"
		if well[i] >= 0 {
			recovered = fmt.Sprintf("%d s after it went on", well[i])
		}
		r.Add(p.name, fmt.Sprintf("up to %d requests a second", worst[i]))
		r.Add("  well again", recovered)
	}
	r.Shown = well[0] >= 0 && well[1] < 0 && well[3] >= 0 && well[4] >= 0 && worst[1] > 2*worst[3] && ctx.Err() == nil
	r.Says = "The service could answer 1,200 of the 1,000 that come in a second. Asked four times for each, it works on requests that nobody waits for any more, and each of those is asked again. A budget ends that, and so does a queue in which nobody waits too long."
	return ctx.Err()
}

// A request waits at the service since, and has been asked again so often.
type request struct {
	since, again int
	done         bool
}

// play returns how many requests arrived in the worst second, and how many seconds after the
// service went on nine of ten new ones were answered for good; -1 is never.
func play(p policy) (worst, well int) {
	arrivals, answered := make([]int, minute/second), make([]int, minute/second)
	at := make(map[int][]*request) // what is asked again then
	ends := make(map[int][]*request)
	var queue []*request
	fail := func(now int, q *request) {
		if q.again < p.most && p.budget.Spend() {
			then := now + 1 + int(p.wait(q.again)/tick)
			at[then] = append(at[then], &request{again: q.again + 1})
		}
	}
	for now := range minute {
		asks := at[now]
		delete(at, now)
		for range arriving {
			p.budget.Earn()
			asks = append(asks, new(request))
		}
		arrivals[now/second] += len(asks)
		for _, q := range asks {
			if q.since = now; len(queue) >= p.room {
				fail(now, q)
				continue
			}
			queue = append(queue, q)
			ends[now+gives] = append(ends[now+gives], q)
		}
		if now < stops || now >= goes {
			n := min(capacity, len(queue))
			for _, q := range queue[:n] {
				if now-q.since < gives {
					answered[now/second]++
				}
				q.done = true
			}
			queue = queue[n:]
		}
		for _, q := range ends[now] {
			if !q.done {
				fail(now, q)
			}
		}
		delete(ends, now)
	}
	well = -1
	for s := len(answered) - 1; s >= goes/second && answered[s] >= arriving*second*9/10; s-- {
		well = s - goes/second
	}
	for _, n := range arrivals {
		worst = max(worst, n)
	}
	return worst, well
}
