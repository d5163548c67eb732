package find

// Those of datagrams and QUIC.
var ofUDP = []Entry{
	{
		Title: "Datagrams fall off a full buffer", Symptom: "Some datagrams of a burst are never read, and nobody says so.",
		Messages: []string{"failed to sufficiently increase receive buffer size", "failed to sufficiently increase send buffer size",
			"receive buffer errors", "RcvbufErrors", "SO_RXQ_OVFL"},
		Look: "nstat -az UdpRcvbufErrors", There: "it grows",
		Try: "bin/lesson4 try buffers", Page: "04-quic/more/buffers.md#burst",
	},
	{
		Title: "A datagram that is too long for the way", Symptom: "Short messages arrive. Long ones are refused, or vanish.",
		Messages: []string{"message too long", "Message too long (os error 90)", "EMSGSIZE"},
		Look:     "tracepath", There: "the MTU of the way is smaller than that of your interface",
		Try: "bin/lesson3 try path-mtu", Page: "03-udp-broadcast/more/mtu.md#hole",
	},
	{
		Title: "A broadcast without permission", Symptom: "Sending to everybody is refused, although root's rights are not what is missing.",
		Messages: []string{"sendto: permission denied", "SO_BROADCAST"},
		Look:     "strace", There: "no setsockopt of SO_BROADCAST before the sendto",
		Try: "bin/lesson2 try broadcast", Page: "03-udp-broadcast/README.md#permission",
	},
	{
		Title: "Multicast of other groups", Symptom: "A socket hears groups that it has never joined.",
		Messages: []string{"IP_MULTICAST_ALL", "receives packets from groups it has not joined"},
		Look:     "ip maddr", There: "another program of this host has joined them",
		Page: "03-udp-broadcast/README.md#group", Test: "03-udp-broadcast/multicast/multicast_linux_test.go#TestASocketOfAGroupHearsItsGroupOnly",
	},
	{
		Title: "An answer larger than its question", Symptom: "Strangers complain of your server's packets, or its handshakes stop in the middle.",
		Messages: []string{"anti-amplification limit", "amplification attack"},
		Look:     "qlog of the server", There: "it waits with something to send, and has sent three times what it got",
		Try: "bin/lesson4 try amplification", Page: "04-quic/more/retry.md#three",
	},
	{
		Title: "Early data that comes twice", Symptom: "An order is carried out twice, and the client sent it once.",
		Messages: []string{"425 Too Early", "0-RTT rejected", "0-RTT replay"},
		Look:     "both servers' logs", There: "one ticket, twice",
		Try: "bin/lesson4 try twice", Page: "04-quic/more/replay.md#again",
	},
	{
		Title: "Listen where ListenEarly is meant", Symptom: "A second visit takes as many round trips as the first.",
		Messages: []string{"ListenEarly", "DialEarly", "Used0RTT", "Allow0RTT"},
		Look:     "qlog of the client", There: "no packet of the type 0RTT, or an answer that waits for the handshake",
		Try: "bin/lesson4 try listen-early", Page: "04-quic/more/tickets.md#listen",
	},
	{
		Title: "Nobody has said anything", Symptom: "A connection that has been idle is gone when it is wanted.",
		Messages: []string{"timeout: no recent network activity", "ConnectionError::TimedOut"},
		Look:     "qlog", There: "nothing at all for as long as max_idle_timeout",
		Try: "bin/lesson4 try idle", Page: "04-quic/more/streams.md#idle",
	},
	{
		Title: "Streams whose other half is open", Symptom: "After a hundred streams no more can be opened.",
		Messages: []string{"too many open streams"},
		Look:     "the code", There: "a Close, with no read to the end and no CancelRead",
		Try: "bin/lesson4 try credit", Page: "04-quic/more/streams.md#credit",
	},
	{
		Title: "UDP is blocked", Symptom: "HTTP/3 never comes, and the client waits five seconds to find out.",
		Messages: []string{"timeout: handshake did not complete in time"},
		Look:     "tcpdump -n udp port 443", There: "Initial packets go out, and nothing comes in",
		Try: "bin/lesson5 try udp-blocked", Page: "05-http/more/no-h3.md#silence",
	},
}
