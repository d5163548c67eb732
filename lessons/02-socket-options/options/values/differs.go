package values

// OnWindows is what a row of the options' table means there, where that is not what its manual page
// says. It is from Microsoft's pages on socket options, and little of it has been run.
var OnWindows = map[string]string{
	"TCP_KEEPCNT":  "at most 255",
	"SO_LINGER":    "at most 65,535 s",
	"SO_REUSEADDR": "not needed to come back to a port; two listeners that set it share one",
	"TCP_FASTOPEN": "on or off, for what ConnectEx sends with the connect",
	"SO_RCVTIMEO":  "in milliseconds; what it ends says ETIMEDOUT, and the connection has to be closed",
	"SO_SNDTIMEO":  "in milliseconds; what it ends says ETIMEDOUT, and the connection has to be closed",
	"IPV6_V6ONLY":  "on, unless it is turned off",
	"SO_BROADCAST": "for datagrams only: a stream socket refuses it",
	"IP_TOS":       "not to be used: Windows has a QoS API for it",
}
