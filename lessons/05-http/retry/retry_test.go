package retry

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A script answers with one status after the other, 0 being a broken connection, and notes when
// it was asked and with which body.
type script struct {
	answers []int
	after   string // Retry-After
	begun   time.Time
	asked   []time.Duration
	bodies  []string
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	if s.asked == nil {
		s.begun = time.Now()
	}
	s.asked = append(s.asked, time.Since(s.begun))
	if req.Body != nil {
		body, _ := io.ReadAll(req.Body)
		s.bodies = append(s.bodies, string(body))
	}
	status := s.answers[min(len(s.asked), len(s.answers))-1]
	if status == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	resp := &http.Response{StatusCode: status, Header: make(http.Header), Body: http.NoBody}
	if s.after != "" {
		resp.Header.Set("Retry-After", s.after)
	}
	return resp, nil
}

// latest makes jitter as long as it can be.
func latest(n int64) int64 { return n - 1 }

var backoff = Backoff{First: 100 * time.Millisecond, Longest: 10 * time.Second, Random: latest}

func request(t *testing.T, method string, body io.Reader) *http.Request {
	req, err := http.NewRequestWithContext(t.Context(), method, "http://server/", body)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

func TestEachRepetitionMayWaitTwiceAsLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: []int{503, 0, 429, 200}}
		resp, err := (&Transport{Base: s, Most: 3, Backoff: backoff}).RoundTrip(request(t, "GET", nil))
		if err != nil || resp.StatusCode != 200 {
			t.Error(resp, err)
		}
		if want := []time.Duration{0, 100 * time.Millisecond, 300 * time.Millisecond, 700 * time.Millisecond}; !slices.Equal(s.asked, want) {
			t.Errorf("asked at %v", s.asked)
		}
	})
}

func TestJitterLiesBetweenNothingAndTheMost(t *testing.T) {
	b := Backoff{First: time.Second, Longest: 3 * time.Second}
	var least, most time.Duration = time.Hour, 0
	for range 1000 {
		wait := b.Wait(5)
		least, most = min(least, wait), max(most, wait)
	}
	if least < 0 || least > time.Second || most > 3*time.Second || most < 2*time.Second {
		t.Errorf("between %v and %v", least, most)
	}
}

func TestTheServersRetryAfterIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		date := func() string { return time.Now().Add(7 * time.Second).UTC().Format(http.TimeFormat) }
		for _, after := range []func() string{func() string { return "7" }, date} {
			s := &script{answers: []int{503, 200}, after: after()}
			(&Transport{Base: s, Most: 3, Backoff: backoff}).RoundTrip(request(t, "GET", nil))
			if want := []time.Duration{0, 7 * time.Second}; !slices.Equal(s.asked, want) {
				t.Errorf("%s: asked at %v", s.after, s.asked)
			}
		}
	})
}

func TestWhoShouldWaitTooLongIsNotAskedAgain(t *testing.T) {
	s := &script{answers: []int{503, 200}, after: "3600"}
	resp, err := (&Transport{Base: s, Most: 3, Backoff: backoff}).RoundTrip(request(t, "GET", nil))
	if err != nil || resp.StatusCode != 503 || len(s.asked) != 1 {
		t.Error(resp, err, s.asked)
	}
}

func TestOnlyWhatMayBeDoneTwiceIsAskedAgain(t *testing.T) {
	for _, c := range []struct {
		method, key string
		body        io.Reader
		answer      int
		times       int
	}{
		{"GET", "", nil, 0, 4},
		{"PUT", "", strings.NewReader("a body"), 0, 4},
		{"PUT", "", io.MultiReader(strings.NewReader("once")), 0, 1},
		{"DELETE", "", nil, 502, 4},
		{"POST", "", strings.NewReader("a body"), 0, 1},
		{"POST", "", strings.NewReader("a body"), 503, 1},
		{"POST", "1f0c", strings.NewReader("a body"), 503, 4},
		{"GET", "", nil, 400, 1},
		{"GET", "", nil, 500, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, req := &script{answers: []int{c.answer}}, request(t, c.method, c.body)
			if c.key != "" {
				req.Header.Set("Idempotency-Key", c.key)
			}
			(&Transport{Base: s, Most: 3, Backoff: backoff}).RoundTrip(req)
			if len(s.asked) != c.times {
				t.Errorf("%s %s with a body %v, answer %d: asked %d times", c.method, c.key, c.body != nil, c.answer, len(s.asked))
			}
			for _, body := range s.bodies[min(len(s.bodies), 1):] {
				if body != s.bodies[0] {
					t.Errorf("then the body was %q", body)
				}
			}
		})
	}
}

func TestABudgetAllowsAPartOfTheRequestsToBeAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{answers: []int{503}}
		again := &Transport{Base: s, Most: 3, Backoff: backoff, Budget: &Budget{Percent: 10, Saved: 5}}
		for range 1000 {
			again.RoundTrip(request(t, "GET", nil))
		}
		if got := len(s.asked) - 1000; got != 100 {
			t.Errorf("%d of 1,000 requests were asked again", got)
		}
	})
}

func TestACancelledRequestStopsWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		s := &script{answers: []int{503}}
		begun := time.Now()
		_, err := (&Transport{Base: s, Most: 3, Backoff: backoff}).RoundTrip(request(t, "GET", nil).WithContext(ctx))
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != 50*time.Millisecond || len(s.asked) != 1 {
			t.Error(err, time.Since(begun), s.asked)
		}
	})
}
