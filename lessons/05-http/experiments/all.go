// Package experiments lists those of this lesson. Each stands in a file of its own below.
package experiments

import (
	"slices"

	"onthewire/lessons/05-http/experiments/conversation"
	"onthewire/lessons/05-http/experiments/deadlines"
	"onthewire/lessons/05-http/experiments/forwarding"
	"onthewire/lessons/05-http/experiments/hostile"
	"onthewire/lessons/05-http/experiments/keepalive"
	"onthewire/lessons/05-http/experiments/live"
	"onthewire/lessons/05-http/experiments/names"
	"onthewire/lessons/05-http/experiments/production"
	"onthewire/lessons/05-http/experiments/retries"
	"onthewire/lessons/05-http/experiments/reuse"
	"onthewire/lessons/05-http/experiments/secure"
	"onthewire/lessons/05-http/experiments/smuggling"
	"onthewire/lessons/05-http/experiments/to3"
	"onthewire/lessons/internal/experiment"
)

// All are the experiments of this system.
func All() []experiment.Experiment {
	return slices.Concat([]experiment.Experiment{
		keepalive.Refusals, keepalive.Pipelining, keepalive.Continue, keepalive.UnreadBody,
		reuse.IdlePerHost, reuse.Stale, reuse.Undrained,
		smuggling.Smuggle, smuggling.Steal, smuggling.Downgrade, smuggling.OneReading, smuggling.OneAnswer,
		deadlines.Timeouts, deadlines.Unsaid, deadlines.Cancelling,
		retries.Silently, retries.Storm,
		conversation.Stall, conversation.GoAway,
		hostile.RapidReset, hostile.Continuation, hostile.Control,
		production.WriteTimeout, production.ReadyWait, production.Shutdown, production.TooEarly, production.HalfAnswer,
		live.WebSocketClose, live.SSEResume,
		secure.HandshakeBlocks, secure.Truncation, secure.ClientCertificate,
		forwarding.ConnectionFields, forwarding.OpenProxy, forwarding.HalfBody, forwarding.SilentHalf,
	}, names.All(), to3.All())
}
