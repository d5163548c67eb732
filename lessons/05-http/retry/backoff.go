package retry

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// A Backoff says how long to wait.
type Backoff struct {
	First   time.Duration // at most so long before the first repetition, twice that before the second
	Longest time.Duration // and never longer; who has to wait longer is not asked again

	Random func(n int64) int64 // from 0 to n-1; nil: math/rand's
}

// Wait is a time from 0 to what it may be (full jitter). Clients that failed at the same moment
// would otherwise come back at the same moment.
func (b Backoff) Wait(again int) time.Duration {
	most := b.Longest
	if again < 32 && b.First<<again < most {
		most = b.First << again
	}
	random := b.Random
	if random == nil {
		random = rand.Int64N
	}
	return time.Duration(random(int64(most) + 1))
}

// retryAfter is how long the server asks us to wait, in seconds or until a date (RFC 9110, 10.2.3).
func retryAfter(resp *http.Response, now time.Time) time.Duration {
	field := resp.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(field, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if date, err := http.ParseTime(field); err == nil {
		return max(0, date.Sub(now))
	}
	return 0
}
