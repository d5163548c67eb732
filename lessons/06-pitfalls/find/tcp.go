package find

// Those of sockets, loops and TCP.
var ofTCP = []Entry{
	{
		Title: "Nagle's algorithm meets a delayed acknowledgement", Symptom: "Each request takes 40 ms longer than it should, on any link.",
		Messages: []string{"TCP_NODELAY", "delayed ACK", "Nagle"},
		Look:     "strace", There: "two small writes before the read",
		Try: "bin/lesson2 try nodelay", Page: "02-socket-options/README.md#speaks",
	},
	{
		Title: "TIME_WAIT holds the port", Symptom: "A server that has been restarted cannot listen, although nobody does.",
		Messages: []string{"bind: address already in use", "Address already in use (os error 98)", "failed (98: Address already in use)", "EADDRINUSE"},
		Look:     "ss -tan", There: "nobody in LISTEN, and the port in TIME-WAIT",
		Try: "bin/lesson2 try restart", Page: "02-socket-options/README.md#again",
	},
	{
		Title: "All local ports are used up", Symptom: "Under load no connection can be opened, to one address only.",
		Messages: []string{"connect: cannot assign requested address", "Cannot assign requested address (os error 99)", "EADDRNOTAVAIL",
			"Only one usage of each socket address (protocol/network address/port) is normally permitted"},
		Look: "ss -tan", There: "thousands to that address, most of them in TIME-WAIT",
		Try: "bin/lesson5 try idle-per-host", Page: "05-http/more/pool.md#idle",
	},
	{
		Title: "localhost is two addresses", Symptom: "The server listens, and its client on the same machine does not reach it.",
		Messages: []string{"failed to connect: timed out", "QUIC protocol error: timed out", "connect ECONNREFUSED ::1", "dual-stack", "IPV6_V6ONLY"},
		Look:     "ss -tuln", There: "the server has one of 127.0.0.1 and [::1], and the client asks the other",
		Try: "bin/lesson2 try v6only", Page: "02-socket-options/more/listeners.md#v6only",
	},
	{
		Title: "File().Fd() makes a socket block", Symptom: "Deadlines stop working, and each read keeps a thread.",
		Messages: []string{"file type does not support deadline", "File().Fd()"},
		Look:     "strace", There: "a read that sleeps, where a wait for events should",
		Page: "02-socket-options/more/socket.md#own", Test: "06-pitfalls/find/shown_linux_test.go#TestFdOfAFileMakesTheOriginalSocketBlock",
	},
	{
		Title: "EINTR taken for an error", Symptom: "A signal, as of a profiler or a window's size, costs a healthy client its connection.",
		Messages: []string{"interrupted system call", "Interrupted system call (os error 4)", "EINTR"},
		Look:     "strace", There: "a call that returns -1 EINTR behind a signal, and a close behind it",
		Page: "01-event-loop/exercises/README.md", Test: "01-event-loop/exercises/1-short-write/flush_test.go#TestWhatTheKernelDidNotTakeIsKept",
	},
	{
		Title: "Writable is not yet connected", Symptom: "A nonblocking connect seems to succeed, and the first write fails.",
		Messages: []string{"getsockopt: connection refused", "operation now in progress", "Operation now in progress (os error 115)", "EINPROGRESS", "SO_ERROR"},
		Look:     "strace", There: "no getsockopt of SO_ERROR between the connect and the first write",
		Page: "01-event-loop/more/kqueue.md", Test: "06-pitfalls/find/shown_linux_test.go#TestASocketIsWritableAlthoughItsConnectHasFailed",
	},
	{
		Title: "A wake-up that is lost", Symptom: "A loop sleeps although somebody has just woken it.",
		Messages: []string{"lost wakeup", "lost wake-up", "missed wakeup"},
		Look:     "strace", There: "the write to the eventfd comes before the wait, and its byte is read in between",
		Page: "01-event-loop/README.md#waker", Test: "01-event-loop/poller/wake_test.go#TestAWakeBeforeTheWaitIsNotLost",
	},
	{
		Title: "An old event hits a newcomer", Symptom: "Seldom, a new client is hung up on by what was meant for an old one.",
		Messages: []string{"bad file descriptor", "Bad file descriptor (os error 9)", "EBADF"},
		Look:     "strace", There: "within one batch of events a close, an accept of the same number, and a close of that",
		Page: "01-event-loop/README.md#stale", Test: "01-event-loop/loop/stale_test.go#TestAStaleEventHitsNobody",
	},
	{
		Title: "RawSyscall that blocks", Symptom: "All goroutines stand still while one waits for the kernel.",
		Messages: []string{"RawSyscall"},
		Look:     "the code", There: "a RawSyscall of a descriptor that blocks",
		Page: "01-event-loop/more/raw-calls.md", Test: "06-pitfalls/find/shown_linux_test.go#TestARawSyscallThatBlocksHoldsUpEverybody",
	},
	{
		Title: "MPTCP refuses the option", Symptom: "Since go.mod says 1.24 or later, a listener refuses a socket option that it used to take.",
		Messages: []string{"protocol not available", "Protocol not available (os error 92)", "ENOPROTOOPT"},
		Look:     "strace", There: "socket(..., IPPROTO_MPTCP), and the setsockopt that fails",
		Try: "bin/lesson2 try mptcp", Page: "02-socket-options/more/mptcp.md#refuses",
	},
	{
		Title: "The peer vanishes without a word", Symptom: "A write or a read ends after a quarter of an hour, or never.",
		Messages: []string{"read: connection timed out", "write: connection timed out", "Connection timed out (os error 110)", "ETIMEDOUT"},
		Look:     "ss -tno", There: "a retransmission timer that doubles, or no timer at all",
		Try: "bin/lesson2 try silence", Page: "02-socket-options/README.md#silent",
	},
}
