package find

// Those of HTTP.
var ofHTTP = []Entry{
	{
		Title: "A dead connection of HTTP/2 is used again", Symptom: "For a quarter of an hour each request to one host times out, and a new process has no trouble.",
		Messages: []string{"http2: client connection lost", "http2: timeout awaiting response headers", "ReadIdleTimeout"},
		Look:     "ss -tno", There: "one connection, with data in Send-Q and a retransmission timer",
		Try: "bin/lesson5 try dead", Page: "05-http/more/names.md#dead",
	},
	{
		Title: "Two lengths, and two readers", Symptom: "A client gets the answer to somebody else's request.",
		Messages: []string{"request smuggling", "http1.content_length_and_chunked_not_allowed",
			`client sent "Content-Length" and "Transfer-Encoding" headers at the same time`},
		Look: "the proxy's log beside the origin's", There: "one request there, two here",
		Try: "bin/lesson5 try smuggle", Page: "05-http/more/smuggling.md#attack",
	},
	{
		Title: "200 to CONNECT before dialing", Symptom: "Through the proxy a client gets a tunnel, and in it a broken handshake.",
		Messages: []string{"HTTP/1.1 200 Connection established", "from proxy after CONNECT", "SSL_ERROR_SYSCALL in connection to"},
		Look:     "strace of the proxy", There: "the write of 200 comes before its connect",
		Page: "05-http/more/tunnels.md#order", Test: "05-http/proxy/tunnels_test.go#TestATunnelThatCannotBeIsRefusedWithALine",
	},
	{
		Title: "A name that changes after it has been looked at", Symptom: "A proxy reaches addresses that it is told to refuse.",
		Messages: []string{"DNS rebinding", "possible DNS-rebind attack detected"},
		Look:     "tcpdump port 53", There: "the name is asked for twice, and the answers differ",
		Page: "05-http/more/tunnels.md#where", Test: "05-http/proxy/destination/destination_test.go#TestANameThatChangesDoesNotGetAroundIt",
	},
	{
		Title: "Retries upon retries", Symptom: "A service that was down for seconds stays down for minutes, under several times its load.",
		Messages: []string{"retry storm", "giving up after", "thundering herd"},
		Look:     "the server's log", There: "one request many times, from each of its clients",
		Try: "bin/lesson5 try storm", Page: "05-http/more/retries.md#storm",
	},
	{
		Title: "A server that stops says GOAWAY", Symptom: "At each deployment a few requests of HTTP/2 fail.",
		Messages: []string{"http2: server sent GOAWAY and closed the connection", "GOAWAY"},
		Look:     "the frames", There: "a GOAWAY, and the number of the last stream that it lets through",
		Try: "bin/lesson5 try goaway", Page: "05-http/more/frames.md#goaway",
	},
	{
		Title: "A flood of frames", Symptom: "A client is told to calm down, or one client keeps a core busy.",
		Messages: []string{"ENHANCE_YOUR_CALM", "rapid reset"},
		Look:     "the frames", There: "thousands of RST_STREAM, each right behind its HEADERS",
		Try: "bin/lesson5 try rapid-reset", Page: "05-http/more/floods.md#reset",
	},
}
