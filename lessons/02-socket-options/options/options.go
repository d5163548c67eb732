// Package options is a table of socket options, with their values on this machine: as the
// kernel has them, and as package net has already set them.
//
// Read it in this order: options.go (the table), values.go (how a value is read), and the
// file of your system, which has the numbers.
package options

// An Option is a row of the table.
type Option struct {
	Name    string // in C
	Type    string // of its value: bool, int, bytes, seconds, ms, timeval, linger, text, filter, info, call
	On      Kind   // the kind of socket that it is looked at on
	Has     string // the systems that have it
	Socket2 string // the method of Rust's socket2
	Man     string // where it is documented
	Try     string // the experiment that shows what it does
}

// A Kind is a kind of socket.
type Kind int

const (
	Listener Kind = iota // TCP over IPv4, listening
	Conn                 // TCP over IPv4, connected
	Packet               // UDP over IPv4, bound
	Six                  // TCP over IPv6, listening on every address
)

const (
	everywhere = "linux darwin bsd windows"
	unixes     = "linux darwin bsd"
)

// Table is all of them, in the order of the lesson. None is here without an experiment.
var Table = []Option{
	{"TCP_NODELAY", "bool", Conn, everywhere, "set_tcp_nodelay", "tcp(7)", "nodelay"},
	{"TCP_QUICKACK", "bool", Conn, "linux", "set_tcp_quickack", "tcp(7)", "quickack"},
	{"SO_RCVBUF", "bytes", Conn, everywhere, "set_recv_buffer_size", "socket(7)", "buffers"},
	{"SO_SNDBUF", "bytes", Conn, everywhere, "set_send_buffer_size", "socket(7)", "buffers"},
	{"SO_KEEPALIVE", "bool", Conn, everywhere, "set_keepalive", "socket(7)", "silence"},
	{"TCP_KEEPIDLE", "seconds", Conn, everywhere, "set_tcp_keepalive", "tcp(7)", "silence"},
	{"TCP_KEEPINTVL", "seconds", Conn, everywhere, "set_tcp_keepalive", "tcp(7)", "silence"},
	{"TCP_KEEPCNT", "int", Conn, everywhere, "set_tcp_keepalive", "tcp(7)", "silence"},
	{"TCP_USER_TIMEOUT", "ms", Conn, "linux", "set_tcp_user_timeout", "tcp(7)", "silence"},
	{"SO_LINGER", "linger", Conn, everywhere, "set_linger", "socket(7)", "close"},
	{"SO_REUSEADDR", "bool", Listener, everywhere, "set_reuse_address", "socket(7)", "restart"},
	{"SO_REUSEPORT", "bool", Listener, unixes, "set_reuse_port", "socket(7)", "reuseport"},
	{"TCP_DEFER_ACCEPT", "seconds", Listener, "linux", "", "tcp(7)", "defer-accept"},
	{"TCP_FASTOPEN", "int", Listener, everywhere, "", "tcp(7)", "fast-open"},
	{"TCP_FASTOPEN_CONNECT", "bool", Conn, "linux", "", "tcp(7)", "fast-open"},
	{"SO_RCVTIMEO", "timeval", Conn, everywhere, "set_read_timeout", "socket(7)", "timeouts"},
	{"SO_SNDTIMEO", "timeval", Conn, everywhere, "set_write_timeout", "socket(7)", "timeouts"},
	{"IPV6_V6ONLY", "bool", Six, everywhere, "set_only_v6", "ipv6(7)", "v6only"},
	{"SO_PROTOCOL", "int", Listener, "linux", "protocol", "socket(7)", "mptcp"},
	{"TCP_CONGESTION", "text", Conn, "linux bsd", "set_tcp_congestion", "tcp(7)", "congestion"},
	{"TCP_NOTSENT_LOWAT", "bytes", Conn, "linux darwin", "set_tcp_notsent_lowat", "tcp(7)", "unsent"},
	{"TCP_INFO", "info", Conn, "linux bsd", "", "tcp(7)", "tcp-info"},
	{"SO_ZEROCOPY", "bool", Conn, "linux", "", "socket(7)", "zerocopy"},
	{"SO_RXQ_OVFL", "bool", Packet, "linux", "", "socket(7)", "rxq-ovfl"},
	{"SO_BROADCAST", "bool", Packet, everywhere, "set_broadcast", "socket(7)", "broadcast"},
	{"IP_TTL", "int", Packet, everywhere, "set_ttl_v4", "ip(7)", "ttl"},
	{"IP_TOS", "int", Packet, everywhere, "set_tos_v4", "ip(7)", "dscp"},
	{"SO_ATTACH_FILTER", "filter", Packet, "linux", "attach_filter", "socket(7)", "sniff"},
}
