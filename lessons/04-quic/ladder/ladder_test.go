package ladder

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/quic-go/quic-go/qlog"

	"onthewire/lessons/04-quic/network"
)

const oneWay = 25 * time.Millisecond

// play makes a visit in virtual time.
func play(t *testing.T, v Visit) (rows []Row) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := network.Simulate(oneWay)
		defer n.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		recording, err := Record(ctx, n, v)
		if err != nil {
			t.Fatal(err)
		}
		rows = recording.Rows()
	})
	return rows
}

// find is the first rung that holds a frame, or a note, that begins so.
func find(t *testing.T, rows []Row, fromClient bool, begins string) (Row, Packet) {
	t.Helper()
	for _, r := range rows {
		if r.FromClient != fromClient {
			continue
		}
		if strings.HasPrefix(r.Note, begins) {
			return r, Packet{}
		}
		for _, p := range r.Packets {
			if slices.ContainsFunc(p.Frames, func(f string) bool { return strings.HasPrefix(f, begins) }) {
				return r, p
			}
		}
	}
	t.Fatalf("no rung says %q:\n%s", begins, strings.Join(Draw(rows, 80), "\n"))
	return Row{}, Packet{}
}

func TestAFirstVisitIsToldInItsOrder(t *testing.T) {
	rows := play(t, Visit{Text: []byte("hello, wire\n")})
	for _, want := range []struct {
		fromClient    bool
		begins        string
		kind          qlog.PacketType
		time, arrived time.Duration
	}{
		{true, "CRYPTO: ClientHello", qlog.PacketTypeInitial, 0, oneWay},
		{false, "CRYPTO: ServerHello", qlog.PacketTypeInitial, oneWay, 2 * oneWay},
		{false, "CRYPTO: EncryptedExtensions to Finished", qlog.PacketTypeHandshake, oneWay, 2 * oneWay},
		{true, "handshake complete", "", 2 * oneWay, 0},
		{true, "CRYPTO: Finished", qlog.PacketTypeHandshake, 2 * oneWay, 3 * oneWay},
		{true, "STREAM 0: bytes 0-11, the end", qlog.PacketType1RTT, 2 * oneWay, 3 * oneWay},
		{false, "HANDSHAKE_DONE", qlog.PacketType1RTT, 3 * oneWay, 4 * oneWay},
		{false, "STREAM 0: bytes 0-11, the end", qlog.PacketType1RTT, 3 * oneWay, 4 * oneWay},
		{true, "CONNECTION_CLOSE: code 0", qlog.PacketType1RTT, 4 * oneWay, 5 * oneWay},
	} {
		row, packet := find(t, rows, want.fromClient, want.begins)
		if packet.Type != want.kind || row.Time != want.time || row.Arrived != want.arrived || row.Lost {
			t.Errorf("%q is in %q, sent at %v, arrived at %v, lost %v", want.begins, packet.Type, row.Time, row.Arrived, row.Lost)
		}
	}
	if !slices.IsSortedFunc(rows, func(a, b Row) int { return int(a.Time - b.Time) }) {
		t.Error("the rungs are out of order")
	}
	if row, _ := find(t, rows, false, "CRYPTO: EncryptedExtensions"); len(row.Packets) < 2 {
		t.Error("the server's Handshake packet and what was coalesced with it are not one datagram")
	}
}

func TestASecondVisitSpeaksInItsFirstFlight(t *testing.T) {
	rows := play(t, Visit{Text: []byte("hello, wire\n"), Early: true})
	if row, packet := find(t, rows, true, "STREAM 0"); packet.Type != qlog.PacketType0RTT || row.Time != 0 {
		t.Errorf("it speaks in %q at %v", packet.Type, row.Time)
	}
	if row, _ := find(t, rows, false, "STREAM 0"); row.Arrived != 2*oneWay {
		t.Errorf("the answer arrives at %v", row.Arrived)
	}
}

func TestALostPacketIsMarkedAndItsBytesAreSentUnderAnotherNumber(t *testing.T) {
	text := make([]byte, 10_000)
	rows := play(t, Visit{Text: text, Lose: 4})
	i := slices.IndexFunc(rows, func(r Row) bool { return r.Lost })
	if i < 0 || rows[i].FromClient || rows[i].Arrived != 0 || !strings.HasPrefix(rows[i].Packets[0].Frames[0], "STREAM 0: bytes 3") {
		t.Fatalf("the fourth of the answer is not the one that is marked:\n%s", strings.Join(Draw(rows, 80), "\n"))
	}
	lost := rows[i].Packets[0]
	if noted, _ := find(t, rows, false, lost.Name()+" is lost"); noted.Time != rows[i].Time+2*oneWay {
		t.Errorf("the server notices at %v, what it had sent at %v", noted.Time, rows[i].Time)
	}
	again, packet := find(t, rows, false, lost.Frames[0]+", as in ")
	if packet.Number <= lost.Number || again.Arrived != rows[i].Time+3*oneWay {
		t.Errorf("%s comes again as %s, at %v", lost.Name(), packet.Name(), again.Arrived)
	}
	gap := fmt.Sprintf("-%d, %d-", lost.Number-1, lost.Number+1)
	if !slices.ContainsFunc(rows, func(r Row) bool {
		return r.FromClient && len(r.Packets) == 1 && strings.HasPrefix(r.Packets[0].Frames[0], "ACK: has ") && strings.Contains(r.Packets[0].Frames[0], gap)
	}) {
		t.Errorf("no ACK of the client has the gap %q", gap)
	}
	if !strings.Contains(strings.Join(Draw(rows, 80), "\n"), "lost ×") {
		t.Error("the drawing does not mark it")
	}
}

func TestWhatNothingFollowsIsProbedFor(t *testing.T) {
	rows := play(t, Visit{Text: []byte("hello, wire\n"), Lose: 1})
	probe, _ := find(t, rows, false, "probe timeout")
	again, packet := find(t, rows, false, "STREAM 0: bytes 0-11, the end, as in ")
	if again.Time != probe.Time || packet.Type != qlog.PacketType1RTT {
		t.Errorf("the probe timeout is at %v, the answer comes again at %v", probe.Time, again.Time)
	}
}

func TestEachEndsLogHasTheFormThatQvisReads(t *testing.T) {
	var client, server bytes.Buffer
	play(t, Visit{Text: []byte("hello, wire\n"), Early: true, ClientLog: &client, ServerLog: &server, Lose: 1})
	for end, log := range map[string]string{"client": client.String(), "server": server.String()} {
		// JSON text sequences (RFC 7464): each text has a record separator before it and ends its line.
		records := strings.Split(strings.TrimPrefix(log, "\x1e"), "\x1e")
		var header struct {
			Version string `json:"qlog_version"`
			Format  string `json:"qlog_format"`
			Trace   struct {
				Vantage struct{ Type string } `json:"vantage_point"`
			}
		}
		if err := json.Unmarshal([]byte(records[0]), &header); err != nil || header.Version != "0.3" || header.Format != "JSON-SEQ" || header.Trace.Vantage.Type != end {
			t.Errorf("the %s's header is %s, %v", end, records[0], err)
		}
		last, names := 0.0, map[string]int{}
		for _, record := range records[1:] {
			var event struct {
				Time float64
				Name string
			}
			if err := json.Unmarshal([]byte(record), &event); err != nil || event.Time < last || !strings.HasSuffix(record, "\n") {
				t.Errorf("the %s has %q, %v", end, record, err)
			}
			last = event.Time
			names[event.Name]++
		}
		if names["transport:packet_sent"] == 0 || names["transport:packet_received"] == 0 {
			t.Errorf("the %s has reported %v", end, names)
		}
	}
}

func TestALossInTheHandshakeIsOneToo(t *testing.T) {
	rows := play(t, Visit{Text: []byte("hello, wire\n"), Lose: 1, Any: true, ToServer: true})
	if !rows[0].Lost || rows[0].Nth != 1 || !rows[0].FromClient || rows[0].Packets[0].Type != qlog.PacketTypeInitial {
		t.Errorf("the first Initial packet is not the one that is marked:\n%s", strings.Join(Draw(rows, 80), "\n"))
	}
}

func TestALadderFitsItsColumns(t *testing.T) {
	rows := play(t, Visit{Text: make([]byte, 10_000), Early: true, Lose: 2, ToServer: true, Any: true})
	for _, width := range []int{60, 80} {
		for _, line := range Draw(rows, width) {
			if n := utf8.RuneCountInString(line); n > width {
				t.Errorf("%d columns of %d: %s", n, width, line)
			}
		}
	}
}

func TestNoEventsAreNoLadder(t *testing.T) {
	if rows := Rows(nil, nil, nil); rows != nil {
		t.Errorf("%v", rows)
	}
}
