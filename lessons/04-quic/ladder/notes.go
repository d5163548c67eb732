package ladder

import (
	"fmt"
	"strings"

	"github.com/quic-go/quic-go/qlog"
	"github.com/quic-go/quic-go/qlogwriter"
)

// note tells what an end has decided or found, or nothing where that is of no interest here.
func note(event qlogwriter.Event) string {
	switch e := event.(type) {
	case qlog.ConnectionStateUpdated:
		if e.State == qlog.ConnectionStateHandshakeComplete {
			return "handshake complete"
		}
	case qlog.PacketLost:
		name := Packet{Type: e.Header.PacketType, Number: e.Header.PacketNumber}.Name()
		if e.Trigger == qlog.PacketLossReorderingThreshold {
			return name + " is lost: one sent three later has arrived"
		}
		return name + " is lost: a later one arrived, and 9/8 RTT have passed"
	case qlog.SpuriousLoss:
		return fmt.Sprintf("%d was not lost, only late", e.PacketNumber)
	case qlog.TimerUpdated:
		if e.Type == qlog.TimerEventTypeExpired && e.TimerType == qlog.TimerTypePTO {
			return "probe timeout"
		}
	case qlog.PacketBuffered:
		return "keeps a packet until it has the key"
	case qlog.PacketDropped:
		return fmt.Sprintf("drops a %s packet: %s", name(e.Header.PacketType), strings.ReplaceAll(string(e.Trigger), "_", " "))
	}
	return ""
}

// Name is a packet's, by which both ends know it.
func (p Packet) Name() string { return fmt.Sprintf("%s %d", name(p.Type), p.Number) }

// name is how RFC 9000, section 17 writes it.
func name(kind qlog.PacketType) string {
	switch kind {
	case qlog.PacketTypeInitial:
		return "Initial"
	case qlog.PacketTypeHandshake:
		return "Handshake"
	case qlog.PacketType0RTT:
		return "0-RTT"
	case qlog.PacketType1RTT:
		return "1-RTT"
	}
	return string(kind)
}
