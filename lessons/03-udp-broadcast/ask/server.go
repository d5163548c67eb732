package ask

import (
	"context"
	"net"
	"time"
)

// A Server answers questions, one after the other.
type Server struct {
	// Answer is called once for each question, however often that arrives, as long as it is
	// remembered. It returns MaxText bytes at most. The next datagram overwrites text.
	Answer func(text []byte) []byte

	memory memory
}

// Serve answers what arrives at conn until ctx ends. It owns conn from now on.
func (s *Server) Serve(ctx context.Context, conn net.PacketConn) error {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	b := make([]byte, 1<<16)
	for {
		n, from, err := conn.ReadFrom(b)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		m, err := Parse(b[:n])
		if err != nil || m.Kind != Question {
			continue // anybody can send anything: answering that would help nobody else
		}
		// A failure is that of one client, who asks again.
		_, _ = conn.WriteTo(s.reply(m, from.String(), time.Now()).Append(nil), from)
	}
}

// reply is the answer to a question, and never larger than that. Else somebody could ask in a
// victim's name, and we would send the victim more than they have sent us.
func (s *Server) reply(m Message, from string, now time.Time) Message {
	text, known := s.memory.recall(from, m.ID, now)
	if !known {
		text = s.Answer(m.Text)
		s.memory.keep(from, m.ID, text, now)
	}
	if size := header + len(text); size > m.Size || size > MaxSize {
		return Message{Kind: TooLarge, ID: m.ID, Size: min(size, 1<<16-1)}
	}
	return Message{Kind: Answer, ID: m.ID, Text: text}
}
