package waterfall

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/leak"
	"onthewire/lessons/internal/network"
)

func TestMain(m *testing.M) { labtest.Main(m) }

const rtt = 50 * time.Millisecond

// simulated loads the page in virtual time.
func simulated(t *testing.T, p Protocol) (load Load) {
	synctest.Test(t, func(t *testing.T) {
		n := network.Simulate(rtt / 2)
		defer n.Close()
		var err error
		if load, err = Fetch(t.Context(), n, p); err != nil {
			t.Fatal(err)
		}
	})
	return load
}

func TestHTTP2SavesConnectionsAndWaitingAndHTTP3ARoundTripOfTheHandshake(t *testing.T) {
	for _, want := range []struct {
		Protocol
		connections, ready int
		least, most        time.Duration
	}{
		{HTTP1, 6, 2, 8 * rtt, 9 * rtt}, // the large file comes in two more windows, or three
		{HTTP2, 1, 2, 6 * rtt, 6 * rtt},
		{HTTP3, 1, 1, 4 * rtt, 5 * rtt}, // its packets are paced
	} {
		load := simulated(t, want.Protocol)
		if load.Connections != want.connections || load.Ready != want.ready || load.Took < want.least || load.Took > want.most {
			t.Errorf("%s: %+v", want.Name, load)
		}
		if trips := int(load.Took / rtt); load.RoundTrips != trips {
			t.Errorf("%s: %d round trips were counted, and it took %d", want.Name, load.RoundTrips, trips)
		}
	}
}

func TestOverHTTP1SomeFilesWaitForAConnectionAndOverTheOthersNone(t *testing.T) {
	for _, p := range All() {
		load := simulated(t, p)
		waited := 0
		for _, file := range load.Files[1:] {
			if file.Asked > file.Wanted {
				waited++
			}
		}
		if want := map[string]int{"HTTP/1.1": 10}[p.Name]; waited != want { // all but one
			t.Errorf("%s: %d files have waited, want %d", p.Name, waited, want)
		}
	}
}

func TestThePageArrivesWholeOnALinkOfTheLab(t *testing.T) {
	labtest.Open(t, lab.Way{}, lab.Way{}) // or skips
	leak.Check(t)
	for _, p := range All() {
		n, err := network.Open(5 * time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		var load Load
		err = experiment.Steadily(new(experiment.Report), func() error {
			load, err = Fetch(t.Context(), n, p)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range load.Files {
			want := map[string]int{"page": len(page()), "large": large}[file.Name]
			if want == 0 {
				want = small
			}
			if file.Bytes != want || file.Asked < file.Wanted || file.First < file.Asked || file.Complete < file.First || file.Complete > load.Took {
				t.Errorf("%s: %+v", p.Name, file)
			}
		}
		if len(load.Files) != 12 || load.Took < 4*2*n.OneWay {
			t.Errorf("%s: %d files after %v", p.Name, len(load.Files), load.Took)
		}
		n.Close()
	}
}

func TestALoadThatIsCalledOffEndsAtOnce(t *testing.T) {
	for _, p := range All() {
		synctest.Test(t, func(t *testing.T) {
			n := network.Simulate(rtt / 2)
			defer n.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 3*rtt+rtt/2)
			defer cancel()
			begun := time.Now()
			_, err := Fetch(ctx, n, p)
			if took := time.Since(begun); !errors.Is(err, context.DeadlineExceeded) || took > 4*rtt {
				t.Errorf("%s: %v after %v", p.Name, err, took)
			}
		})
	}
}

func TestADrawingShowsWaitingAskingAndArriving(t *testing.T) {
	load := Load{
		Protocol: "HTTP/1.1", Connections: 6, Ready: 2, RoundTrips: 5, Took: 6 * rtt,
		Files: []File{
			{Name: "page", Asked: 2 * rtt, First: 3 * rtt, Complete: 3 * rtt},
			{Name: "large", Wanted: 3 * rtt, Asked: 4 * rtt, First: 5 * rtt, Complete: 6 * rtt},
		},
	}
	lines, scale := Draw([]Load{load, load}, 60, rtt/2)
	want := []string{
		"              HTTP/1.1                HTTP/1.1",
		"     page     ....─█                  ....─█",
		"     large          ..──██                  ..──██",
		"              6 connections           6 connections",
		"              2 + 3 round trips       2 + 3 round trips",
		"              300 ms                  300 ms",
	}
	if diff := cmp.Diff(want, lines); diff != "" || scale != rtt/2 {
		t.Errorf("a sign is %v, (-want +got)\n%s", scale, diff)
	}
}

func TestADrawingFitsTheTerminalHoweverLongTheLoadTook(t *testing.T) {
	for _, width := range []int{42, 58, 78} {
		for _, took := range []time.Duration{time.Millisecond, rtt, 7 * rtt, 3 * time.Second} {
			load := Load{Protocol: "HTTP/1.1", Took: took, Files: []File{{Name: "file-10", Asked: took / 2, First: took, Complete: took}}}
			lines, _ := Draw([]Load{load, load, load}, width, rtt/2)
			for _, line := range lines {
				if utf8.RuneCountInString(line) > width {
					t.Errorf("%d columns, %v: %q", width, took, line)
				}
			}
			if !strings.Contains(strings.Join(lines, "\n"), "█") {
				t.Errorf("%d columns, %v: nothing arrives", width, took)
			}
		}
	}
}
