// Package priorities has an experiment with streams that share a narrow link.
package priorities

import (
	"context"
	"fmt"
	"slices"
	"time"

	"onthewire/lessons/04-quic/experiments/together"
	"onthewire/lessons/internal/experiment"
)

// Priorities sends ten streams at once, and one behind nine that are under way.
var Priorities = experiment.Experiment{
	Name:      "priorities",
	Subjects:  []string{"SetPriority", "urgency and incremental (RFC 9218)"},
	About:     "Ten streams on a narrow link, which of them end first, and one that comes later",
	Simulated: true,
	Do:        priorities,
}

func priorities(ctx context.Context, r *experiment.Report) error {
	return experiment.Steadily(r, func() error { return share(ctx, r) })
}

func share(ctx context.Context, r *experiment.Report) error {
	found, err := compare(ctx)
	if err != nil {
		return err
	}
	for _, s := range []struct {
		name string
		took []time.Duration
	}{
		{"as they are", found.asTheyAre},
		{"not incremental", found.inOrder},
		{"the tenth at urgency 0", found.tenthUrgent},
	} {
		r.Add(s.name+": the first ends", slices.Min(s.took))
		r.Add("  the tenth", s.took[9])
		r.Add("  the mean", mean(s.took))
	}
	r.Add("10 KB behind nine downloads, as they are", found.behind)
	r.Add("  urgent", found.urgent)
	r.Add("  urgent, the router's queue being long", found.bloated)
	r.Shown = judge(found) == ""
	r.Says = "Who ends first is decided where the sender fills its packets. What has left cannot be recalled, however urgent the rest is."
	return nil
}

// judge tells what does not stand in its relation.
func judge(f findings) string {
	last := slices.Max(f.asTheyAre)
	switch {
	case slices.Min(f.asTheyAre) < last*2/3:
		return fmt.Sprintf("as they are, some end early: %v", f.asTheyAre)
	case mean(f.inOrder) > last*3/4 || f.inOrder[0] > last/3:
		return fmt.Sprintf("not incremental, they end at %v", f.inOrder)
	case f.tenthUrgent[9] > last/3 || slices.Min(f.tenthUrgent) != f.tenthUrgent[9]:
		return fmt.Sprintf("the tenth is urgent, and they end at %v", f.tenthUrgent)
	case f.urgent >= f.behind:
		return fmt.Sprintf("urgent took %v, and not urgent %v", f.urgent, f.behind)
	case f.bloated < f.urgent*3/2:
		return fmt.Sprintf("a long queue took %v, a short one %v", f.bloated, f.urgent)
	}
	return ""
}

func mean(all []time.Duration) (sum time.Duration) {
	for _, one := range all {
		sum += one
	}
	return sum / time.Duration(len(all))
}

// findings are when streams ended: of ten that began together, and of one that began late.
type findings struct {
	asTheyAre, inOrder, tenthUrgent []time.Duration
	behind, urgent, bloated         time.Duration
}

// compare does everything at once, each on a link of its own.
func compare(ctx context.Context) (f findings, err error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	none := func(int) priority { return priority{3, true} }
	tenth := func(i int) priority {
		if i == 9 {
			return priority{0, true}
		}
		return priority{3, true}
	}
	runs := []func() error{
		func() (err error) { f.asTheyAre, err = ten(ctx, none); return err },
		func() (err error) {
			f.inOrder, err = ten(ctx, func(int) priority { return priority{3, false} })
			return err
		},
		func() (err error) { f.tenthUrgent, err = ten(ctx, tenth); return err },
		func() (err error) { f.behind, err = oneMore(ctx, priority{3, true}, short); return err },
		func() (err error) { f.urgent, err = oneMore(ctx, priority{0, true}, short); return err },
		func() (err error) { f.bloated, err = oneMore(ctx, priority{0, true}, long); return err },
	}
	return f, together.Run(len(runs), func(i int) error { return runs[i]() })
}
