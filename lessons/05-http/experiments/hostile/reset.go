package hostile

import (
	"context"
	"fmt"

	"onthewire/lessons/05-http/floods"
	"onthewire/lessons/internal/experiment"
)

// RapidReset changes what handlers do whose request has been taken back.
var RapidReset = experiment.Experiment{
	Name:      "rapid-reset",
	Subjects:  []string{"RST_STREAM", "SETTINGS_MAX_CONCURRENT_STREAMS", "CVE-2023-44487"},
	About:     "A client asks and takes it back, 5,000 times, without a pause",
	Simulated: true,
	Do:        rapidReset,
}

func rapidReset(ctx context.Context, r *experiment.Report) error {
	const times = 5_000
	sieges := map[bool]siege{}
	for _, deaf := range []bool{false, true} {
		v, err := stand(deaf)
		if err != nil {
			return err
		}
		s, err := v.stands(ctx, floods.RapidReset, times)
		v.Close()
		if err != nil {
			return err
		}
		sieges[deaf] = s
		name := "handlers that end with it"
		if deaf {
			name = "handlers that do not look"
		}
		r.Add(name+": at most", int(v.most.Load()))
		if deaf { // whether the others keep pace is for the scheduler to say
			r.Add("  the connection", s.end())
		}
		r.Add("  the heap, at most", fmt.Sprintf("%d MB", s.heap>>20+1))
		r.Add("  another client was answered meanwhile", s.answers > 0)
		if v.most.Load() > 100 {
			return fmt.Errorf("%d handlers at once", v.most.Load())
		}
	}
	r.Shown = sieges[true].Reason == "ENHANCE_YOUR_CALM" && sieges[true].Sent < times
	r.Says = "A handler counts until it returns, whatever became of its request. Beyond so many that run and four times as many that wait, the server ends the connection."
	return nil
}
