// Package experiments lists those of this lesson. Each stands in a file of its own below.
package experiments

import (
	"onthewire/lessons/04-quic/experiments/address"
	"onthewire/lessons/04-quic/experiments/flow"
	"onthewire/lessons/04-quic/experiments/kernel"
	"onthewire/lessons/04-quic/experiments/late"
	"onthewire/lessons/04-quic/experiments/many"
	"onthewire/lessons/04-quic/experiments/moving"
	"onthewire/lessons/04-quic/experiments/priorities"
	"onthewire/lessons/04-quic/experiments/recovery"
	"onthewire/lessons/04-quic/experiments/streams"
	"onthewire/lessons/04-quic/experiments/tickets"
	"onthewire/lessons/internal/experiment"
)

// All are the experiments of this system.
func All() []experiment.Experiment {
	return append([]experiment.Experiment{
		tickets.Tickets, tickets.Renewed, tickets.ListenEarly, tickets.Twice,
		address.Amplification, address.Retry,
		recovery.TailLoss, recovery.Gaps, recovery.Statistics,
		moving.Migration, moving.Rebinding,
		late.Late, late.Limits, priorities.Priorities,
		streams.Close, streams.HalfClose, streams.Credit, streams.Idle,
		flow.Windows, flow.Unread,
		many.Files, many.Ranges,
	}, kernel.All()...)
}
