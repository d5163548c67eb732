package grid

import (
	"context"
	"errors"
	"slices"
	"testing"

	"onthewire/lessons/internal/leak"
)

// judge returns the three verdicts on one of the Requests.
func judge(t *testing.T, name string) (ours, standard, naive Verdict) {
	t.Helper()
	i := slices.IndexFunc(Requests, func(r Request) bool { return r.Name == name })
	if i < 0 {
		t.Fatalf("there is no request %s", name)
	}
	return judgeBytes(t, Requests[i].Bytes)
}

func judgeBytes(t *testing.T, request string) (ours, standard, naive Verdict) {
	t.Helper()
	v, err := Judge(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	return v[0], v[1], v[2]
}

func TestWhatOursReadsTheStandardLibraryReadsAlike(t *testing.T) {
	leak.Check(t)
	read := 0
	for _, r := range Requests {
		ours, standard, _ := judgeBytes(t, r.Bytes)
		for i, m := range ours.Messages {
			if read++; i >= len(standard.Messages) || standard.Messages[i] != m {
				t.Errorf("%s: ours has read %+v, net/http %+v", r.Name, m, standard.Messages)
			}
		}
	}
	if read < 5 {
		t.Errorf("ours has read %d messages in all: it refuses what is right", read)
	}
}

func TestEveryDisagreementAboutTheSecondRequestIsOneThatOursRefuses(t *testing.T) {
	differ := 0
	for _, r := range Requests {
		ours, standard, naive := judgeBytes(t, r.Bytes)
		if standard.Status != 0 || naive.Status != 0 || len(standard.Messages) == len(naive.Messages) {
			continue
		}
		differ++
		if ours.Status == 0 && !slices.Equal(ours.Messages, standard.Messages) {
			t.Errorf("%s: net/http sees %v, naive %v, ours %v", r.Name, standard, naive, ours)
		}
	}
	if differ < 3 {
		t.Errorf("only %d requests are one for net/http and two for the naive parser, or the other way round", differ)
	}
}

func TestNetHTTPAnswersWhatAStrictServerRefuses(t *testing.T) {
	for _, name := range []string{"bare-lf", "fold", "length-chunked", "same-lengths"} {
		ours, standard, _ := judge(t, name)
		if standard.Status != 0 || ours.Status != 400 {
			t.Errorf("%s: net/http says %v, ours %v", name, standard, ours)
		}
	}
}

func TestNetHTTPGoesOnBehindALengthWithChunks(t *testing.T) {
	_, standard, _ := judge(t, "length-chunked")
	if standard.String() != "/a 0, /b 0" { // RFC 9112, section 6.1: it may read the chunks, and must close then
		t.Errorf("it has read %v", standard)
	}
}

func TestTwoDifferentLengthsAreRefusedByEverybodyButTheNaive(t *testing.T) {
	ours, standard, naive := judge(t, "two-lengths")
	if ours.Status != 400 || standard.Status != 400 || naive.Status != 0 || len(naive.Messages) != 1 {
		t.Errorf("ours %v, net/http %v, naive %v", ours, standard, naive)
	}
}

func TestWhoeverNeedsMoreBytesWaits(t *testing.T) {
	for _, request := range []string{
		"POST /a HTTP/1.1\r\nHost: wire\r\nContent-Length: 5\r\n\r\nhell",
		"POST /a HTTP/1.1\r\nHost: wire\r\n",
	} {
		ours, standard, naive := judgeBytes(t, request)
		for _, v := range []Verdict{ours, standard, naive} {
			if !v.Waits || v.Status != 0 || len(v.Messages) != 0 {
				t.Errorf("%s says %+v to half a request", v.Parser, v)
			}
		}
	}
}

func TestAMessageEndsWhereTheNextOneBegins(t *testing.T) {
	first, both := Requests[0].Bytes, Requests[1].Bytes
	ours, standard, naive := judgeBytes(t, both)
	for _, v := range []Verdict{ours, standard, naive} {
		if len(v.Messages) != 2 || v.Messages[0].End != len(first) || v.Messages[1].End != len(both) {
			t.Errorf("%s: %+v, want ends at %d and %d", v.Parser, v, len(first), len(both))
		}
	}
}

func TestJudgingEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Judge(ctx, Requests[0].Bytes); !errors.Is(err, context.Canceled) {
		t.Errorf("it ends with %v", err)
	}
}
