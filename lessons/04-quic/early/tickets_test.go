package early

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/internal/devcert"
)

const name = "localhost"

func open(t *testing.T, folder, address string) *Tickets {
	t.Helper()
	tickets, err := OpenTickets(folder, address)
	if err != nil {
		t.Fatal(err)
	}
	return tickets
}

// session is a session of a real handshake, over TCP because that is the shortest way to one.
func session(t *testing.T) *tls.ClientSessionState {
	t.Helper()
	authority, err := devcert.New()
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := authority.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}})
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		conn.Write([]byte("hello, wire\n"))
		conn.Close()
	}()
	cache := tls.NewLRUClientSessionCache(1)
	dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: 10 * time.Second}, Config: &tls.Config{RootCAs: authority.Pool(), ServerName: name, ClientSessionCache: cache}}
	conn, err := dialer.DialContext(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Read(make([]byte, 12)); err != nil { // the ticket comes before the data
		t.Fatal(err)
	}
	kept, ok := cache.Get(name)
	if !ok {
		t.Fatal("the server gave no ticket")
	}
	return kept
}

func TestATicketOutlivesItsProcessAndServesOnce(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "onthewire", "tickets")
	given := session(t)
	first := open(t, folder, "127.0.0.1:5000")
	first.Put(name, given)
	if err := first.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := open(t, folder, "127.0.0.1:5000")
	got, ok := second.Get(name)
	if !ok {
		t.Fatal("another process finds no ticket")
	}
	want, _, _ := given.ResumptionState()
	if ticket, _, _ := got.ResumptionState(); string(ticket) != string(want) {
		t.Error("the ticket is not the one that was given")
	}
	if _, ok := first.Get(name); ok {
		t.Error("a ticket is taken twice")
	}
}

func TestATicketIsOfOneNameAndOneAddress(t *testing.T) {
	folder := t.TempDir() + "/tickets"
	kept := open(t, folder, "127.0.0.1:5000")
	kept.Put(name, session(t))
	if _, ok := open(t, folder, "127.0.0.1:5001").Get(name); ok {
		t.Error("the server on another port is shown the ticket")
	}
	if _, ok := kept.Get("127.0.0.1"); ok {
		t.Error("the server of another name is shown the ticket")
	}
	if _, ok := kept.Get("../../" + name); ok {
		t.Error("a name leads out of the folder")
	}
	kept.Put(name, nil) // as crypto/tls does with a ticket that has expired
	if _, ok := kept.Get(name); ok {
		t.Error("a ticket is kept of which crypto/tls has said that it is of no use")
	}
}

func TestADamagedTicketIsNone(t *testing.T) {
	tickets := open(t, t.TempDir()+"/tickets", "127.0.0.1:5000")
	whole, err := encode(session(t))
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(whole) {
		if err := writePrivate(tickets.path(name), whole[:n]); err != nil {
			t.Fatal(err)
		}
		if _, ok := tickets.Get(name); ok {
			t.Fatalf("the first %d bytes of %d are taken for a ticket", n, len(whole))
		}
	}
	noise := make([]byte, 3000)
	rand.Read(noise)
	binary.BigEndian.PutUint16(noise, 100)
	writePrivate(tickets.path(name), noise)
	if _, ok := tickets.Get(name); ok {
		t.Error("noise is taken for a ticket")
	}
	if _, err := os.Stat(tickets.path(name)); !errors.Is(err, os.ErrNotExist) {
		t.Error("what is damaged is kept")
	}
}

func TestWhoeverWaitsForATicketHearsWhyThereIsNone(t *testing.T) {
	folder := t.TempDir() + "/tickets"
	tickets := open(t, folder, "127.0.0.1:5000")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := tickets.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody gives a ticket, and the error is %v", err)
	}
	os.Remove(folder)
	tickets.Put(name, session(t))
	if err := tickets.Wait(t.Context()); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "keep a ticket") {
		t.Errorf("the folder has gone, and the error is %v", err)
	}
}

func TestTicketKeysAreMadeOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "onthewire", "ticket-keys")
	made, err := TicketKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	read, err := TicketKeys(path)
	if err != nil || len(read) != 1 || read[0] != made[0] || read[0] == [32]byte{} {
		t.Errorf("made %x, then read %x, %v", made, read, err)
	}
	writePrivate(path, []byte("damaged"))
	if _, err := TicketKeys(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a damaged file is taken for keys: %v", err)
	}
}
