package production

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"

	"onthewire/lessons/05-http/site"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/network"
)

// TooEarly asks by HTTP/3 before the handshake is over.
var TooEarly = experiment.Experiment{
	Name:      "too-early",
	Subjects:  []string{"0-RTT", "425 Too Early", "RFC 8470"},
	About:     "A GET and a POST in the first packets of a second visit, 20 ms there and back",
	Simulated: true,
	Do:        tooEarly,
}

func tooEarly(ctx context.Context, r *experiment.Report) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return inside(10*time.Millisecond, func(w *world) error {
		return w.serve(new(site.Site).Handler(), func(func() error) error {
			tickets := &kept{ClientSessionCache: tls.NewLRUClientSessionCache(1), put: make(chan struct{}, 1)}
			first, err := w.visit(ctx, tickets, "GET")
			if err != nil {
				return err
			}
			r.Add("first visit, GET", first.status)
			r.Add("  after", first.took)
			get, err := w.visit(ctx, tickets, "GET")
			if err != nil {
				return err
			}
			r.Add("second visit, GET, early", get.status)
			r.Add("  after", get.took)
			post, err := w.visit(ctx, tickets, "POST")
			if err != nil {
				return err
			}
			r.Add("third visit, POST, early", post.status)
			r.Add("  the same again, after the handshake", post.again)
			r.Add("  after", post.took)
			r.Shown = first.status == 200 && get.status == 200 && get.took < first.took && post.status == 425 && post.again == 200
			r.Says = "What only reads may come early. What changes something has to wait, since early it could be a replay."
			return nil
		})
	})
}

// kept tells when a ticket has come, which is about a round trip after the handshake.
type kept struct {
	tls.ClientSessionCache
	put chan struct{}
}

func (k *kept) Put(name string, session *tls.ClientSessionState) {
	k.ClientSessionCache.Put(name, session)
	select {
	case k.put <- struct{}{}:
	default:
	}
}

type visited struct {
	status, again int
	took          time.Duration
}

// visit asks for /pay as early as the ticket allows, and again where that was too early.
func (w *world) visit(ctx context.Context, tickets *kept, method string) (v visited, err error) {
	client, close, err := w.overUDP(tickets)
	if err != nil {
		return v, err
	}
	defer close()
	begun := time.Now()
	config := client.TLSClientConfig.Clone()
	config.NextProtos = []string{http3.NextProtoH3}
	conn, err := client.Dial(ctx, net.JoinHostPort(network.Server, "443"), config, &quic.Config{})
	if err != nil {
		return v, err
	}
	by := client.NewClientConn(conn)
	if v.status, err = asks(ctx, by, method); err != nil {
		return v, err
	}
	if v.status == http.StatusTooEarly {
		select {
		case <-conn.HandshakeComplete():
		case <-ctx.Done():
			return v, ctx.Err()
		}
		if v.again, err = asks(ctx, by, method); err != nil {
			return v, err
		}
	}
	v.took = time.Since(begun)
	select {
	case <-tickets.put:
	case <-ctx.Done():
		return v, ctx.Err()
	}
	return v, nil
}

// asks does not wait for the handshake, as http3's RoundTrip would with a POST.
func asks(ctx context.Context, by *http3.ClientConn, method string) (int, error) {
	request, err := http.NewRequestWithContext(ctx, method, "https://"+network.Server+"/pay", nil)
	if err != nil {
		return 0, err
	}
	stream, err := by.OpenRequestStream(ctx)
	if err != nil {
		return 0, err
	}
	if err := stream.SendRequestHeader(request); err != nil {
		return 0, err
	}
	if err := stream.Close(); err != nil {
		return 0, err
	}
	answer, err := stream.ReadResponse()
	if err != nil {
		return 0, err
	}
	return answer.StatusCode, answer.Body.Close()
}
