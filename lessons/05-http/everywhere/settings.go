package everywhere

import (
	"crypto/tls"
	"net/http"
	"time"

	"github.com/quic-go/quic-go"
)

// What a client may cost. A zero in http.Server means no limit at all, and HTTP/3's server has
// only some of these fields: what it lacks, overUDP and idleTimer do.
const (
	// HeadTimeout is for the TLS handshake, and then for the head of a request in HTTP/1.1, which
	// some send byte by byte. In HTTP/2 such a client cannot answer a PING, since nothing may stand
	// between the frames of a head (RFC 9113, 6.10). In HTTP/3 it is idle: it has no request yet.
	HeadTimeout = 5 * time.Second

	// ReadTimeout is for a whole request with its body.
	ReadTimeout = 30 * time.Second

	// WriteTimeout is for the whole answer, and begins when the head has been read. Nothing
	// that the client does puts it off, so it cuts whatever lasts longer: a download on a slow
	// line, and events. Who writes those sets a deadline for each piece, by
	// http.ResponseController.
	WriteTimeout = 30 * time.Second

	// IdleTimeout is for a connection without a request.
	IdleTimeout = 2 * time.Minute

	// MaxHead is how many bytes the fields of a request may have. net/http adds some: 4,096 in
	// HTTP/1.1, 320 in HTTP/2. Beyond that the answer is 431.
	MaxHead = 16 << 10

	// MaxRequests is how many requests one connection may have at a time, where it can have more
	// than one.
	MaxRequests = 100

	// Silence is how long HTTP/2 and QUIC hear nothing before they find out whether anybody is
	// there: HTTP/2 by a PING, QUIC by taking silence for the end.
	Silence = 30 * time.Second
)

// overTCP is a server with all of them set.
func overTCP(config *tls.Config) *http.Server {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)            // where both sides name h2 in the handshake (ALPN)
	protocols.SetUnencryptedHTTP2(true) // where the client begins with HTTP/2's preface
	return &http.Server{
		Protocols:         &protocols,
		TLSConfig:         config,
		ReadHeaderTimeout: HeadTimeout,
		ReadTimeout:       ReadTimeout,
		WriteTimeout:      WriteTimeout,
		IdleTimeout:       IdleTimeout,
		MaxHeaderBytes:    MaxHead,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: MaxRequests,
			SendPingTimeout:      Silence,
			PingTimeout:          HeadTimeout,
			WriteByteTimeout:     ReadTimeout, // for who opens its window and reads nothing
		},
	}
}

// overQUIC is what a connection of QUIC may cost. A client that may send 15 MB before anybody has
// read a byte of it, as is quic-go's default, needs few connections to fill a memory.
func overQUIC() *quic.Config {
	return &quic.Config{
		Allow0RTT:                  true, // what comes early is refused by its method, where it is handled
		HandshakeIdleTimeout:       HeadTimeout,
		MaxIdleTimeout:             Silence,
		MaxIncomingStreams:         MaxRequests,
		MaxIncomingUniStreams:      8, // HTTP/3 needs three
		MaxStreamReceiveWindow:     1 << 20,
		MaxConnectionReceiveWindow: 2 << 20,
	}
}
