package blocking

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"

	"onthewire/lessons/04-quic/network"
)

// overHTTP2 is package net/http with one connection. Its frames, too, are a number and a
// length, besides a type and flags (RFC 9113, section 4.1).
type overHTTP2 struct {
	server  *http.Server
	serving sync.WaitGroup
	client  *http.Transport
	url     string
}

func openHTTP2(ctx context.Context, n *network.Network) (connection, error) {
	keys, err := newKeys()
	if err != nil {
		return nil, err
	}
	listener, err := n.Link.Server.Listen("tcp4", "server:0")
	if err != nil {
		return nil, err
	}
	var only http.Protocols
	only.SetHTTP2(true)
	h := &overHTTP2{
		server: &http.Server{
			TLSConfig: keys.server("h2"),
			Protocols: &only,
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				size, _ := strconv.Atoi(r.URL.Path[1:])
				w.Write(make([]byte, min(size, WarmUp)))
			}),
		},
		client: &http.Transport{
			TLSClientConfig: keys.client("h2"),
			Protocols:       &only,
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return n.Link.Client.DialContext(ctx, "tcp4", listener.Addr().String())
			},
		},
		url: "https://localhost/",
	}
	h.serving.Go(func() { h.server.ServeTLS(listener, "", "") })
	if err := h.get(ctx, io.Discard, 0); err != nil { // this connects
		h.Close()
		return nil, err
	}
	return h, nil
}

func (h *overHTTP2) fetch(ctx context.Context, downloads []io.WriteCloser, size int) error {
	return together(len(downloads), func(number int) error {
		if err := h.get(ctx, downloads[number], size); err != nil {
			return err
		}
		return downloads[number].Close()
	})
}

func (h *overHTTP2) get(ctx context.Context, to io.Writer, size int) error {
	request, err := http.NewRequestWithContext(ctx, "GET", h.url+strconv.Itoa(size), nil)
	if err != nil {
		return err
	}
	response, err := h.client.RoundTrip(request)
	if err != nil {
		return fmt.Errorf("ask for a download: %w", err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(to, response.Body); err != nil {
		return fmt.Errorf("receive a body: %w", err)
	}
	return nil
}

func (h *overHTTP2) Close() error {
	h.client.CloseIdleConnections()
	err := h.server.Close()
	h.serving.Wait()
	return err
}
