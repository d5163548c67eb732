// Package options is the one table of the lesson's socket options. Package socket sets and
// reads them by it, package values reads what they are on this machine, and the tests hold
// it against what each system has and against what the page for Rust's people says.
//
// Read it in this order: options.go (the table), and the file of your system, which has the
// numbers.
package options

import (
	"errors"
	"fmt"
)

// An Option is a row of the table.
type Option struct {
	Name    string // in C
	Type    string // of its value: bool, int, bytes, seconds, ms, timeval, linger, text, filter, info
	On      Kind   // the kind of socket that it is looked at on
	Has     string // the systems that have it, by Go's names for them; bsd is all four
	Method  string // of socket.Socket: it reads, Set… before it sets
	Socket2 string // the method of Rust's socket2
	Man     string // where it is documented: a page of section 7, or a file of the kernel's Documentation
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
	notOpenBSD = "linux darwin freebsd netbsd dragonfly windows"
)

// Table is all of them, in the order of the lesson. None is here without an experiment.
var Table = []Option{
	{"TCP_NODELAY", "bool", Conn, everywhere, "NoDelay", "set_tcp_nodelay", "tcp(7)", "nodelay"},
	{"TCP_QUICKACK", "bool", Conn, "linux", "", "set_tcp_quickack", "tcp(7)", "quickack"},
	{"SO_RCVBUF", "bytes", Conn, everywhere, "ReceiveBuffer", "set_recv_buffer_size", "socket(7)", "buffers"},
	{"SO_SNDBUF", "bytes", Conn, everywhere, "SendBuffer", "set_send_buffer_size", "socket(7)", "buffers"},
	{"SO_KEEPALIVE", "bool", Conn, everywhere, "KeepAlive", "set_keepalive", "socket(7)", "silence"},
	{"TCP_KEEPIDLE", "seconds", Conn, notOpenBSD, "KeepAlive", "set_tcp_keepalive", "tcp(7)", "silence"},
	{"TCP_KEEPINTVL", "seconds", Conn, notOpenBSD, "KeepAlive", "set_tcp_keepalive", "tcp(7)", "silence"},
	{"TCP_KEEPCNT", "int", Conn, notOpenBSD, "KeepAlive", "set_tcp_keepalive", "tcp(7)", "silence"},
	{"TCP_USER_TIMEOUT", "ms", Conn, "linux", "UserTimeout", "set_tcp_user_timeout", "tcp(7)", "silence"},
	{"SO_LINGER", "linger", Conn, everywhere, "Linger", "set_linger", "socket(7)", "close"},
	{"SO_REUSEADDR", "bool", Listener, everywhere, "ReuseAddr", "set_reuse_address", "socket(7)", "restart"},
	{"SO_REUSEPORT", "bool", Listener, unixes, "ReusePort", "set_reuse_port", "socket(7)", "reuseport"},
	{"TCP_DEFER_ACCEPT", "seconds", Listener, "linux", "", "", "tcp(7)", "defer-accept"},
	{"TCP_FASTOPEN", "int", Listener, "linux darwin freebsd windows", "", "", "tcp(7)", "fast-open"},
	{"TCP_FASTOPEN_CONNECT", "bool", Conn, "linux", "", "", "tcp(7)", "fast-open"},
	{"SO_RCVTIMEO", "timeval", Conn, everywhere, "ReadTimeout", "set_read_timeout", "socket(7)", "timeouts"},
	{"SO_SNDTIMEO", "timeval", Conn, everywhere, "WriteTimeout", "set_write_timeout", "socket(7)", "timeouts"},
	{"IPV6_V6ONLY", "bool", Six, everywhere, "OnlyV6", "set_only_v6", "ipv6(7)", "v6only"},
	{"SO_PROTOCOL", "int", Listener, "linux freebsd openbsd", "", "protocol", "socket(7)", "mptcp"},
	{"TCP_CONGESTION", "text", Conn, "linux freebsd", "", "set_tcp_congestion", "tcp(7)", "congestion"},
	{"TCP_NOTSENT_LOWAT", "bytes", Conn, "linux darwin", "", "set_tcp_notsent_lowat", "networking/ip-sysctl.rst", "unsent"},
	{"TCP_INFO", "info", Conn, "linux freebsd openbsd", "", "", "tcp(7)", "tcp-info"},
	{"SO_ZEROCOPY", "bool", Conn, "linux", "", "", "networking/msg_zerocopy.rst", "zerocopy"},
	{"SO_RXQ_OVFL", "bool", Packet, "linux", "", "", "socket(7)", "rxq-ovfl"},
	{"SO_BROADCAST", "bool", Packet, everywhere, "Broadcast", "set_broadcast", "socket(7)", "broadcast"},
	{"IP_TTL", "int", Packet, everywhere, "TTL", "set_ttl_v4", "ip(7)", "ttl"},
	{"IP_TOS", "int", Packet, everywhere, "TOS", "set_tos_v4", "ip(7)", "dscp"},
	{"SO_ATTACH_FILTER", "filter", Packet, "linux", "", "attach_filter", "socket(7)", "sniff"},
}

// ErrNotHere is the error of an option that this system does not have.
var ErrNotHere = fmt.Errorf("this system does not have it: %w", errors.ErrUnsupported)

// A number is the level and the option, as setsockopt(2) takes them.
type number struct{ level, option int }

// Here is how this system knows an option (setsockopt(2)). The error is ErrNotHere.
func Here(name string) (level, option int, err error) {
	n, here := numbers[name]
	if !here {
		return 0, 0, ErrNotHere
	}
	return n.level, n.option, nil
}
