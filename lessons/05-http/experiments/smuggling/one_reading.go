package smuggling

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"onthewire/lessons/05-http/proxy/reading"
	"onthewire/lessons/internal/experiment"
)

// OneReading sends odd requests through four proxies.
var OneReading = experiment.Experiment{
	Name:     "one-reading",
	Subjects: []string{"request smuggling", "RFC 9112, 6.3", "httputil.ReverseProxy"},
	About:    "Odd requests, and what an origin behind each of four proxies is asked",
	Do: func(ctx context.Context, r *experiment.Report) error {
		return table(ctx, r, reading.Requests, reading.Request)
	},
}

// OneAnswer lets an origin give odd answers.
var OneAnswer = experiment.Experiment{
	Name:     "one-answer",
	Subjects: []string{"response splitting", "RFC 9112, 6.3", "httputil.ReverseProxy"},
	About:    "Odd answers, and what a client behind each of four proxies is told",
	Do: func(ctx context.Context, r *experiment.Report) error {
		return table(ctx, r, reading.Answers, reading.Answer)
	},
}

func table(ctx context.Context, r *experiment.Report, odd []reading.Odd, send func(context.Context, string, reading.Odd) (reading.Outcome, error)) error {
	short := strings.NewReplacer("proxy --", "--", "ReverseProxy", "Go's")
	r.Add("what is odd", short.Replace(strings.Join(reading.Proxies, " | ")))
	refused, holes := make([]int, len(reading.Proxies)), 0
	for _, message := range odd {
		var row []string
		for i, proxy := range reading.Proxies {
			o, err := send(ctx, proxy, message)
			if err != nil {
				return err
			}
			row = append(row, o.Left)
			if o.Left[0] == '4' || o.Left[0] == '5' {
				refused[i]++
			}
			if len(o.Readings) > 1 {
				holes++
			}
		}
		r.Add(message.Name, strings.Join(row, " | "))
	}
	r.Shown = holes == 0 && refused[slices.Index(reading.Proxies, "proxy --fast")] > refused[0]
	r.Says = fmt.Sprintf("Of %d messages, what left could be read in two ways %d times. Refused were %d, %d, %d and %d.", len(odd), holes, refused[0], refused[1], refused[2], refused[3])
	return nil
}
