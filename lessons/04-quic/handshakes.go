package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"onthewire/lessons/04-quic/handshakes"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
)

type handshakesCommand struct {
	RTT    []milliseconds `name:"rtt" default:"50" help:"Round-trip times of the link in milliseconds; 0,10,50,150 takes four times as long."`
	Rounds int            `default:"3" help:"How often each has its turn; the medians are shown."`
	JSON   bool           `help:"Print it for a program."`
}

// milliseconds is a number of them, with or without the unit.
type milliseconds time.Duration

func (m *milliseconds) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(strings.TrimSuffix(string(text), "ms") + "ms")
	if err != nil || d < 0 || d > time.Second {
		return fmt.Errorf("%q: want milliseconds, 0 to 1000", text)
	}
	*m = milliseconds(d)
	return nil
}

// Validate says what makes no sense; kong calls it.
func (c handshakesCommand) Validate() error {
	if len(c.RTT) == 0 {
		return errors.New("--rtt: want milliseconds, 0 to 1000")
	}
	if c.Rounds < 1 || c.Rounds > 1000 {
		return fmt.Errorf("--rounds %d: at least 1, and at most 1000", c.Rounds)
	}
	return nil
}

// Run begins conversations in every way there is, on links of each length.
func (c handshakesCommand) Run(ctx context.Context) error {
	lab.Enter() // where that cannot be, Open says why, and simulates
	all := make([]rows, 0, len(c.RTT))
	defer cli.ProgressDone()
	for _, rtt := range c.RTT {
		series := handshakes.Series{RTT: time.Duration(rtt), Rounds: c.Rounds, Open: network.Open}
		series.Progress = func(round int, h handshakes.Handshake) {
			cli.Progress("RTT %v, round %d of %d: %s", series.RTT, round+1, c.Rounds, h.Name)
		}
		results, err := series.Run(ctx, handshakes.All()...)
		if ctx.Err() != nil {
			return ctx.Err()
		} else if err != nil {
			return err
		}
		all = append(all, rows{series.RTT, results})
	}
	cli.Progress("what resumption saves")
	whole, resumed, err := handshakes.Resumption(ctx, 50)
	if err != nil {
		return err
	}
	cli.ProgressDone()
	if c.JSON {
		return printHandshakesJSON(all, whole, resumed)
	}
	printHandshakes(stage.New(os.Stdout), all, whole, resumed)
	return nil
}

// rows are the results on links of one length.
type rows struct {
	rtt     time.Duration
	results []handshakes.Result
}

func printHandshakes(out *stage.Stage, all []rows, whole, resumed handshakes.Work) {
	var missing *experiment.Unavailable
	legend := " In the bars a round trip is four signs: - until the request may leave, = until the answer."
	if out.Narrow() {
		legend = ""
	}
	for _, table := range all {
		out.Blank()
		out.Line("  %-30s %7s   %7s   seen", fmt.Sprintf("RTT %d ms", table.rtt.Milliseconds()), "request", "answer")
		for _, r := range table.results {
			request, answer, seen := stage.Time(r.Request), stage.Time(r.Answer), fmt.Sprintf("%4d", r.RoundTrips)
			switch {
			case r.Missing != nil:
				request, answer, seen = "-", "-", "no TCP"
				missing = r.Missing
			case r.Absent != "":
				request, answer, seen = "-", "-", r.Absent
			case table.rtt == 0:
				seen = "   -" // what was sent after what had arrived, nobody can tell there
			case !out.Narrow():
				seen += "  " + bar(r.Taken, table.rtt)
			}
			out.Line("  %-30s %7s %d %7s %d %s", r.Name, request, r.Theory.Request, answer, r.Theory.Answer, seen)
		}
	}
	out.Say("Times are medians: until the first byte of the request may leave, and until the first byte of the answer is there. Beside each stand the round trips that theory says, and under \"seen\" those counted on the link until the answer.%s", legend)
	out.Say("Where one reads \"TCP+TLS 100 ms, 0-RTT 50; QUIC 50 ms, 0-RTT 0\", that is the first column, and the answer comes a round trip later.")
	out.Say("Resumption with TLS 1.3 over TCP saves no round trip. The server sends %s bytes instead of %s, the client %s instead of %s%s. The certificate here is a small one.",
		stage.Number(resumed.FromServer), stage.Number(whole.FromServer),
		stage.Number(resumed.FromClient), stage.Number(whole.FromClient), cpu(whole, resumed))
	if missing != nil {
		out.Say("No link of the lab, so QUIC ran on a simulated one, and TCP not at all: %v; %s.", missing, missing.Advice())
	}
}

// bar is what was measured, a sign for each quarter of a round trip.
func bar(taken handshakes.Taken, rtt time.Duration) string {
	quarters := func(d time.Duration) int { return int((d*4 + rtt/2) / rtt) }
	request := quarters(taken.Request)
	text := strings.Repeat("-", request) + strings.Repeat("=", quarters(taken.Answer)-request)
	const room = 20 // of four round trips, and one by which this machine is late
	return text[:min(len(text), room)]
}

func cpu(whole, resumed handshakes.Work) string {
	if whole.CPU == 0 {
		return "; what CPU they need, this system does not tell"
	}
	return fmt.Sprintf(", and both together need %s of CPU instead of %s", stage.Time(resumed.CPU), stage.Time(whole.CPU))
}

func printHandshakesJSON(all []rows, whole, resumed handshakes.Work) error {
	type row struct {
		Name       string           `json:"name"`
		RTT        float64          `json:"rtt_ms"`
		Request    *float64         `json:"request_ms,omitempty"`
		Answer     *float64         `json:"answer_ms,omitempty"`
		RoundTrips int              `json:"round_trips,omitempty"`
		Theory     handshakes.Trips `json:"theory"`
		Missing    string           `json:"missing,omitempty"`
	}
	var list []row
	ms := func(d time.Duration) float64 { return float64(d) / 1e6 }
	for _, table := range all {
		for _, r := range table.results {
			one := row{Name: r.Name, RTT: ms(table.rtt), RoundTrips: r.RoundTrips, Theory: r.Theory, Missing: r.Absent}
			if r.Missing != nil {
				one.Missing = r.Missing.Error()
			} else if r.Absent == "" {
				one.Request, one.Answer = new(ms(r.Request)), new(ms(r.Answer))
			}
			list = append(list, one)
		}
	}
	work := func(w handshakes.Work) map[string]float64 {
		return map[string]float64{"cpu_ms": ms(w.CPU), "client_bytes": float64(w.FromClient), "server_bytes": float64(w.FromServer)}
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"handshakes": list, "tls13_whole": work(whole), "tls13_resumed": work(resumed),
	})
}
