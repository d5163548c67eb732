package forwarding

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"onthewire/lessons/internal/experiment"
)

// HalfBody answers before the body is there, and waits no longer for the rest.
var HalfBody = experiment.Experiment{
	Name:     "half-body",
	Subjects: []string{"EnableFullDuplex", "SetReadDeadline", "request smuggling", "RFC 9112, 9.3"},
	About:    "Half a body, an answer, and then the other half, which looks like a request",
	Do:       halfBody,
}

func halfBody(ctx context.Context, r *experiment.Report) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var taken []bool
	for _, c := range []struct {
		setting      string
		full, closes bool
	}{{"a deadline for the body", false, false}, {"and full duplex", true, false}, {"and Connection: close", true, true}} {
		var requests atomic.Int32
		server, err := serving(ctx, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			control := http.NewResponseController(w)
			if c.full {
				control.EnableFullDuplex()
			}
			if c.closes {
				w.Header().Set("Connection", "close")
			}
			control.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				w.WriteHeader(http.StatusRequestTimeout)
			}
		}))
		if err != nil {
			return err
		}
		if err := twoHalves(ctx, server); err != nil {
			return err
		}
		seen := "the other half is read by nobody"
		if requests.Load() > 1 {
			seen = "the other half is a request"
		}
		r.Add(c.setting, seen)
		taken = append(taken, requests.Load() > 1)
	}
	r.Shown = !taken[0] && taken[1] && !taken[2]
	r.Says = "With full duplex net/http keeps the connection although a body was never read to its end, and takes what comes of it for the next request."
	return nil
}

// twoHalves sends the second half of a body once the answer is there, and waits for whatever
// comes of that.
func twoHalves(ctx context.Context, server string) error {
	const rest = "GET /not-a-request HTTP/1.1\r\nHost: x\r\n\r\n"
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", server)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\nhalf", len("half")+len(rest))
	in := bufio.NewReader(conn)
	answer, err := http.ReadResponse(in, nil)
	if err != nil {
		return fmt.Errorf("the answer to half a body: %w", err)
	}
	answer.Body.Close()
	io.WriteString(conn, rest) // fails where the server has closed
	conn.(*net.TCPConn).CloseWrite()
	io.Copy(io.Discard, in)
	return nil
}
