package handshakes

import "crypto/tls"

// All are the ways, in the order in which a table shows them.
func All() []Handshake {
	return []Handshake{
		TCP,
		TLS12,
		{Name: "TCP + TLS 1.2, resumed", TCP: true, Theory: Trips{2, 3}, tls: tls.VersionTLS12, resumed: true},
		TLS13,
		{Name: "TCP + TLS 1.3, resumed", TCP: true, Theory: Trips{2, 3}, tls: tls.VersionTLS13, resumed: true},
		{Name: "TCP + TLS 1.3, early data", TCP: true, Theory: Trips{1, 2}, Absent: "not in Go"},
		QUIC,
		{Name: "QUIC, resumed", Theory: Trips{1, 2}, resumed: true},
		ZeroRTT,
		Retry,
		RetryToken,
		{Name: "QUIC 0-RTT, Retry", Theory: Trips{0, 2}, resumed: true, early: true, retry: true},
		{Name: "QUIC 0-RTT, Retry, token kept", Theory: Trips{0, 1}, resumed: true, early: true, retry: true, token: true},
		{Name: "QUIC, 5 KB certificate, X25519", Theory: Trips{2, 3}, long: true, x25519: true},
		{Name: "QUIC, 5 KB certificate, MLKEM", Theory: Trips{1, 2}, long: true},
	}
}

var (
	TCP        = Handshake{Name: "TCP", TCP: true, Theory: Trips{1, 2}}
	TLS12      = Handshake{Name: "TCP + TLS 1.2", TCP: true, Theory: Trips{3, 4}, tls: tls.VersionTLS12}
	TLS13      = Handshake{Name: "TCP + TLS 1.3", TCP: true, Theory: Trips{2, 3}, tls: tls.VersionTLS13}
	QUIC       = Handshake{Name: "QUIC", Theory: Trips{1, 2}}
	Retry      = Handshake{Name: "QUIC, Retry", Theory: Trips{2, 3}, retry: true}
	RetryToken = Handshake{Name: "QUIC, Retry, token kept", Theory: Trips{1, 2}, retry: true, token: true}
	ZeroRTT    = Handshake{Name: "QUIC 0-RTT", Theory: Trips{0, 1}, resumed: true, early: true}
)
