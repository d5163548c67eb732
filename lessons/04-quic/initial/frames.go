package initial

import (
	"errors"
	"fmt"

	"onthewire/lessons/04-quic/initial/field"
)

// The frames that an Initial may carry (RFC 9000, section 12.4, table 3).
const (
	framePadding         = 0x00
	framePing            = 0x01
	frameAck             = 0x02
	frameAckECN          = 0x03
	frameCrypto          = 0x06
	frameConnectionClose = 0x1c
)

// cryptoData is how the RFC calls what a CRYPTO frame carries.
const cryptoData = "Crypto Data"

// frames reads the payload of an Initial. It hands the data of each CRYPTO frame on.
func frames(r *field.Reader, crypto func(at int, offset uint64, data []byte) error) {
	if !r.More() {
		r.FailAt("Packet Payload", errors.New("it has no frame, and must have one"))
	}
	for r.More() {
		switch kind := r.Rest()[0]; kind {
		case framePadding:
			run := 0
			for _, b := range r.Rest() {
				if b != framePadding {
					break
				}
				run++
			}
			r.Bytes("PADDING", uint64(run)) // each byte is a frame of its own
			r.Say("%d of them", run)
		case framePing:
			r.Bytes("PING", 1)
		case frameAck, frameAckECN:
			r.Group("ACK", func() { ack(r, kind == frameAckECN) })
		case frameCrypto:
			r.Group("CRYPTO", func() {
				r.Varint("Type")
				offset := r.Varint("Offset")
				size := r.Varint("Length")
				at := r.At()
				data := r.Bytes(cryptoData, size)
				if r.Err() == nil {
					r.Say("bytes %d to %d of the handshake", offset, offset+size)
					if err := crypto(at, offset, data); err != nil {
						r.Fail("%w", err)
					}
				}
			})
		case frameConnectionClose:
			r.Group("CONNECTION_CLOSE", func() { connectionClose(r) })
		default:
			r.Varint("Type")
			r.Fail("a frame of type %#02x has no place in an Initial", kind)
		}
	}
}

// ack reads which packets have come (RFC 9000, section 19.3): the largest, how many lie
// under it without a gap, and then, downwards, gap and range in turn.
func ack(r *field.Reader, ecn bool) {
	r.Varint("Type")
	largest := r.Varint("Largest Acknowledged")
	r.Varint("ACK Delay")
	count := r.Varint("ACK Range Count")
	smallest := below(r, largest, r.Varint("First ACK Range"))
	for i := uint64(0); i < count && r.Err() == nil; i++ {
		gap := r.Varint("Gap")
		if r.Err() == nil && gap+2 > smallest {
			r.Fail("a gap of %d under packet %d goes below 0", gap, smallest)
		}
		r.Say("%s did not come", packets(smallest-gap-1, smallest-1))
		largest = smallest - gap - 2
		smallest = below(r, largest, r.Varint("ACK Range Length"))
	}
	if ecn {
		r.Varint("ECT0 Count")
		r.Varint("ECT1 Count")
		r.Varint("ECN-CE Count")
	}
}

func below(r *field.Reader, largest, size uint64) (smallest uint64) {
	if r.Err() == nil && size > largest {
		r.Fail("a range of %d under packet %d goes below 0", size, largest)
	}
	r.Say("%s came", packets(largest-size, largest))
	return largest - size
}

func packets(first, last uint64) string {
	if first == last {
		return fmt.Sprintf("packet %d", first)
	}
	return fmt.Sprintf("packets %d to %d", first, last)
}

func connectionClose(r *field.Reader) {
	r.Varint("Type")
	code := r.Varint("Error Code")
	if name, ok := errorNames[code]; ok {
		r.Say("%#x, %s", code, name)
	} else if code>>8 == 1 {
		r.Say("%#x, CRYPTO_ERROR: TLS alert %d", code, code&0xff)
	}
	r.Varint("Frame Type")
	size := r.Varint("Reason Phrase Length")
	r.Say("%+q", r.Bytes("Reason Phrase", size))
}

// errorNames are those of RFC 9000, section 20.1.
var errorNames = map[uint64]string{
	0x00: "NO_ERROR", 0x01: "INTERNAL_ERROR", 0x02: "CONNECTION_REFUSED",
	0x03: "FLOW_CONTROL_ERROR", 0x04: "STREAM_LIMIT_ERROR", 0x05: "STREAM_STATE_ERROR",
	0x06: "FINAL_SIZE_ERROR", 0x07: "FRAME_ENCODING_ERROR", 0x08: "TRANSPORT_PARAMETER_ERROR",
	0x09: "CONNECTION_ID_LIMIT_ERROR", 0x0a: "PROTOCOL_VIOLATION", 0x0b: "INVALID_TOKEN",
	0x0c: "APPLICATION_ERROR", 0x0d: "CRYPTO_BUFFER_EXCEEDED", 0x0e: "KEY_UPDATE_ERROR",
	0x0f: "AEAD_LIMIT_REACHED", 0x10: "NO_VIABLE_PATH",
}
