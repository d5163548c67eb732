package ladder

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/quic-go/quic-go/qlog"
	"github.com/quic-go/quic-go/qlogwriter"
)

// words tells a frame by its name in RFC 9000, section 19, and what it says.
func words(frame qlog.Frame, kind qlog.PacketType, fromClient bool) string {
	switch f := frame.Frame.(type) {
	case *qlog.AckFrame:
		return "ACK: has " + ranges(f.AckRanges) + delayed(f.DelayTime)
	case *qlog.CryptoFrame:
		return fmt.Sprintf("CRYPTO: %s, bytes %s", message(kind, fromClient), span(f.Offset, f.Length))
	case *qlog.StreamFrame:
		text := fmt.Sprintf("STREAM %d: bytes %s", f.StreamID, span(f.Offset, f.Length))
		if f.Length == 0 {
			text = fmt.Sprintf("STREAM %d: no bytes", f.StreamID)
		}
		if f.Fin {
			text += ", the end"
		}
		return text
	case *qlog.PingFrame:
		return "PING: acknowledge this"
	case *qlog.HandshakeDoneFrame:
		return "HANDSHAKE_DONE"
	case *qlog.NewTokenFrame:
		return "NEW_TOKEN: show it when you come again"
	case *qlog.NewConnectionIDFrame:
		return "NEW_CONNECTION_ID: more names for me"
	case *qlog.RetireConnectionIDFrame:
		return fmt.Sprintf("RETIRE_CONNECTION_ID %d", f.SequenceNumber)
	case *qlog.MaxDataFrame:
		return fmt.Sprintf("MAX_DATA: up to %d bytes in all", f.MaximumData)
	case *qlog.MaxStreamDataFrame:
		return fmt.Sprintf("MAX_STREAM_DATA %d: up to %d bytes", f.StreamID, f.MaximumStreamData)
	case *qlog.MaxStreamsFrame:
		return fmt.Sprintf("MAX_STREAMS: up to %d in all", f.MaxStreamNum)
	case *qlog.ResetStreamFrame:
		return fmt.Sprintf("RESET_STREAM %d: code %d, no more comes", f.StreamID, f.ErrorCode)
	case *qlog.StopSendingFrame:
		return fmt.Sprintf("STOP_SENDING %d: code %d, send no more", f.StreamID, f.ErrorCode)
	case *qlog.DatagramFrame:
		return fmt.Sprintf("DATAGRAM: %d bytes", f.Length)
	case *qlog.ConnectionCloseFrame:
		return fmt.Sprintf("CONNECTION_CLOSE: code %d", f.ErrorCode)
	}
	name := strings.TrimPrefix(fmt.Sprintf("%T", frame.Frame), "*wire.")
	return strings.TrimSuffix(name, "Frame")
}

// message is what TLS says in such a packet (RFC 9001, section 4): each has a kind of packet
// of its own.
func message(kind qlog.PacketType, fromClient bool) string {
	switch {
	case kind == qlog.PacketTypeInitial && fromClient:
		return "ClientHello"
	case kind == qlog.PacketTypeInitial:
		return "ServerHello"
	case kind == qlog.PacketTypeHandshake && fromClient:
		return "Finished"
	case kind == qlog.PacketTypeHandshake:
		return "EncryptedExtensions to Finished"
	default:
		return "session ticket"
	}
}

// ranges are what an ACK acknowledges, the lowest first.
func ranges(acked []qlog.AckRange) string {
	var all []string
	for _, r := range slices.Backward(acked) {
		all = append(all, span(int64(r.Smallest), int64(r.Largest-r.Smallest)+1))
	}
	return strings.Join(all, ", ")
}

func span(from, length int64) string {
	if length <= 1 {
		return fmt.Sprint(from)
	}
	return fmt.Sprintf("%d-%d", from, from+length-1)
}

// delayed tells for how long the acknowledged packet had been there (RFC 9000, section 13.2.5).
func delayed(d time.Duration) string {
	if d < 100*time.Microsecond {
		return ""
	}
	return fmt.Sprintf(", held back %.1f ms", d.Seconds()*1000)
}

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
