package measure

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// contest compares two rivals, of which slow is never the better one, and writes down whose
// turn it was.
func contest(order *[]string) *Comparison {
	rival := func(name string, figure float64) Rival {
		return Rival{name, func(_ context.Context, setting string) ([]float64, error) {
			*order = append(*order, setting+name)
			return []float64{figure, math.NaN()}, nil
		}}
	}
	return &Comparison{
		Rivals:   []Rival{rival("fast", 10), rival("slow", 20)},
		Settings: []Setting{{"1", "one"}, {"2", "two"}},
		Rounds:   2,
		Columns:  []Column{{Name: "time", Key: "time", Show: func(v float64) string { return fmt.Sprint(v) }}, {Name: "B", Key: "bytes"}},
	}
}

func TestEveryoneHasATurnInEachRoundAndAnotherBegins(t *testing.T) {
	var order, progress []string
	c := contest(&order)
	c.Progress = func(format string, args ...any) { progress = append(progress, fmt.Sprintf(format, args...)) }
	done := 0
	c.Done = func(Result) { done++ }
	if err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("1fast 1slow 1slow 1fast 2fast 2slow 2slow 2fast", strings.Join(order, " ")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if done != 2 || len(c.Results()) != 2 || c.Results()[1].Median("slow", 0) != 20 {
		t.Errorf("%d settings are done, and %d have results", done, len(c.Results()))
	}
	if len(progress) != 8 || progress[0] != "one: round 1 of 2, fast" || !strings.HasPrefix(progress[7], "two: round 2 of 2, fast; ") || !strings.HasSuffix(progress[7], " left") {
		t.Errorf("the progress was %q", progress)
	}
	if diff := cmp.Diff([]string{"Every round won by fast against slow: one (time); two (time)."}, c.Findings()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestARivalThatCannotIsLeftOutOfThatSettingOnly(t *testing.T) {
	var order []string
	c := contest(&order)
	able := c.Rivals[1].Turn
	c.Rivals[1].Turn = func(ctx context.Context, setting string) ([]float64, error) {
		if setting == "1" {
			order = append(order, "no")
			return nil, errors.New("no QUIC here")
		}
		return able(ctx, setting)
	}
	if err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("1fast no 1fast 2fast 2slow 2slow 2fast", strings.Join(order, " ")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if why := c.Results()[0].Dropped("slow"); why != "no QUIC here" {
		t.Errorf("it is left out because %q", why)
	}
	if got := c.Results()[1].Values("slow", 0); len(got) != 2 {
		t.Errorf("under the other setting it has %v", got)
	}
}

func TestAnInterruptedComparisonKeepsWhatItHas(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	var order []string
	c := contest(&order)
	turn := c.Rivals[1].Turn
	c.Rivals[1].Turn = func(ctx context.Context, setting string) ([]float64, error) {
		if setting == "2" {
			interrupt()
			return nil, ctx.Err()
		}
		return turn(ctx, setting)
	}
	if err := c.Run(ctx); err != context.Canceled {
		t.Fatalf("%v, want that it was canceled", err)
	}
	if got := c.Results(); len(got) != 2 || len(got[0].Values("slow", 0)) != 2 || len(got[1].Values("fast", 0)) != 1 || got[1].Dropped("slow") != "" {
		t.Errorf("%+v", got)
	}
	for range c.Findings() { // nothing of what is missing may upset them
	}
}

func TestWhatAProgramReadsNamesTheMachineAndLeavesOutWhatIsNotKnown(t *testing.T) {
	var order []string
	c := contest(&order)
	if err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := c.WriteJSON(&out, []string{"a note"}, func(s Setting) map[string]any { return map[string]any{"length": len(s.Name)} }); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Machine  Machine
		Settings []struct {
			Setting string
			Length  int
			Servers []Row
		}
		Notes []string
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%v\n%s", err, out.Bytes())
	}
	if got.Machine.CPUs < 1 || !strings.HasPrefix(got.Machine.Go, "go") || !strings.Contains(got.Machine.System, "/") {
		t.Errorf("the machine is %+v", got.Machine)
	}
	if len(got.Settings) != 2 || got.Settings[1].Setting != "2" || got.Settings[1].Length != 3 || len(got.Notes) != 1 {
		t.Fatalf("%s", out.Bytes())
	}
	if diff := cmp.Diff(Row{Name: "slow", Rounds: 2, Median: map[string]float64{"time": 20}, Spread: map[string]float64{"time": 0}, Ratio: map[string]float64{"time": 2}}, got.Settings[0].Servers[1]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestATimeIsSaidAsAPersonWould(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Millisecond: "1 second", 1001 * time.Millisecond: "2 seconds", 89 * time.Second: "89 seconds", 3 * time.Minute: "3 minutes",
	} {
		if got := Roughly(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
