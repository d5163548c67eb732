package purse

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"runtime/debug"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/early"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
)

func TestMain(m *testing.M) { labtest.Main(m) }

const roundTrip = 50 * time.Millisecond

// A world is a network with a server, in virtual time.
type world struct {
	t         *testing.T
	network   *network.Network
	authority *devcert.Authority
	folder    string // of the client's tickets
	config    *tls.Config
	server    Server
	addr      net.Addr
	at        string // the address by which the client keeps tickets
}

// open starts a server. change may change how it meets its clients.
func open(t *testing.T, change func(*world)) *world {
	t.Helper()
	return openOn(t, network.Simulate(roundTrip/2), change)
}

func openOn(t *testing.T, n *network.Network, change func(*world)) *world {
	t.Helper()
	authority, err := devcert.New()
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := authority.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, network: n, authority: authority, folder: t.TempDir() + "/tickets", config: ServerTLS(certificate)}
	t.Cleanup(func() { w.network.Close() })
	w.server = Server{Purse: new(Purse), MayBeEarly: Idempotent}
	if change != nil {
		change(w)
	}
	socket, _ := w.network.Server()
	w.addr, w.at = socket.LocalAddr(), "purse.example:5000"
	stop, err := w.server.Start(socket, w.config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("the server ends with %v", err)
		}
		socket.Close()
	})
	return w
}

// visit asks once, as a new process does: all that it has from before is in the file.
func (w *world) visit(request string) (v Visit, err error) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	tickets, err := early.OpenTickets(w.folder, w.at)
	if err != nil {
		w.t.Fatal(err)
	}
	socket, _ := w.network.Client()
	defer socket.Close()
	return Client{Roots: w.authority.Pool(), Name: "localhost", Tickets: tickets}.Visit(ctx, socket, w.addr, request)
}

// sees asks once, and compares what came of it.
func (w *world) sees(request, answer string, outcome early.Outcome, took time.Duration, tries int) {
	w.t.Helper()
	got, err := w.visit(request)
	if want := (Visit{answer, outcome, took, tries}); got != want || err != nil {
		w.t.Errorf("the visit was\n%+v, %v, want\n%+v", got, err, want)
	}
}

func TestANewProcessHasItsAnswerAfterOneRoundTrip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil)
		w.sees("get", "100 left", early.FirstVisit, 2*roundTrip, 1)
		w.sees("get", "100 left", early.Accepted, roundTrip, 1)
		w.sees("get", "100 left", early.Accepted, roundTrip, 1) // by the ticket of the second visit
	})
}

func TestWhatIsRejectedIsSentAgainAndAnsweredARoundTripLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil)
		w.visit("get")
		w.config.SetSessionTicketKeys([][32]byte{{1}}) // as after a restart
		w.sees("pay 10", "paid 10, 90 left", early.Rejected, 2*roundTrip, 2)
		w.sees("get", "90 left", early.Accepted, roundTrip, 1)
	})
}

func TestAServerWithTheSameKeysKnowsTheTicketsOfAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys, err := early.TicketKeys(t.TempDir() + "/keys")
		if err != nil {
			t.Fatal(err)
		}
		w := open(t, func(w *world) { w.config.SetSessionTicketKeys(keys) })
		w.visit("get")
		other := open(t, func(o *world) {
			o.authority, o.folder = w.authority, w.folder
			certificate, _ := o.authority.Certificate()
			o.config = ServerTLS(certificate)
			o.config.SetSessionTicketKeys(keys)
		})
		other.sees("get", "100 left", early.Accepted, roundTrip, 1)
	})
}

func TestAServerKnowsEarlyDataAndRefusesWhatMayNotBeDoneTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil)
		w.sees("pay 10", "paid 10, 90 left", early.FirstVisit, 2*roundTrip, 1)
		w.sees("pay 10", "paid 10, 80 left", early.Refused, 2*roundTrip, 2)
		w.sees("get", "80 left", early.Accepted, roundTrip, 1)
	})
}

func TestATicketWithoutEarlyDataMakesNoRequestEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil)
		w.config.UnwrapSession = func(ticket []byte, cs tls.ConnectionState) (*tls.SessionState, error) {
			session, err := w.config.DecryptTicket(ticket, cs)
			if session != nil {
				session.EarlyData = false
			}
			return session, err
		}
		w.visit("get")
		w.sees("get", "100 left", early.Rejected, 2*roundTrip, 2)
	})
}

func TestATicketForNoEarlyDataMakesTheHandshakeShorterOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil)
		socket, _ := w.network.Server()
		transport := &quic.Transport{Conn: socket}
		listener, err := transport.ListenEarly(w.config, nil)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- w.server.Serve(ctx, listener) }()
		w.addr = socket.LocalAddr()
		w.sees("get", "100 left", early.FirstVisit, 2*roundTrip, 1)
		w.sees("get", "100 left", early.Resumed, 2*roundTrip, 1)
		stop()
		if err := errors.Join(<-ended, transport.Close(), socket.Close()); err != nil {
			t.Error(err)
		}
	})
}

func TestAServerThatHasGoneEndsTheVisitInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := open(t, nil)
		w.visit("get")
		w.addr = &net.UDPAddr{IP: net.IPv4(10, 0, 0, 2), Port: 1}
		for _, how := range []string{"with a ticket", "without"} {
			begun := time.Now()
			_, err := w.visit("get")
			if timeout, ok := errors.AsType[net.Error](err); !ok || !timeout.Timeout() {
				t.Errorf("%s: nobody is there, and the error is %v", how, err)
			}
			if took := time.Since(begun); took > 10*time.Second {
				t.Errorf("%s: nobody is there, which took %v to say", how, took)
			}
		}
	})
}

func TestOverALinkOfTheLabANewProcessHasItsAnswerAfterOneRoundTrip(t *testing.T) {
	way := lab.Way{Delay: roundTrip / 2}
	link := labtest.Open(t, way, way)
	w := openOn(t, &network.Network{Link: link}, nil)
	if _, err := w.visit("get"); err != nil {
		t.Fatal(err)
	}
	most := roundTrip + 5*time.Millisecond
	if raced() {
		most = roundTrip + 15*time.Millisecond // of which the detector takes its part
	}
	var took []time.Duration
	for range 40 { // one is enough, but others use this machine, too
		v, err := w.visit("get")
		if err != nil || v.Outcome != early.Accepted || v.Took < roundTrip {
			t.Fatalf("the visit was %+v, %v", v, err)
		}
		if v.Took <= most {
			return
		}
		took = append(took, v.Took)
	}
	t.Errorf("the answers took %v, want %v at most", took, most)
}

// raced tells whether this test was built with -race.
func raced() bool {
	info, _ := debug.ReadBuildInfo()
	return info != nil && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}
