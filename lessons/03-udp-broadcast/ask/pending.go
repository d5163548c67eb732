package ask

import (
	"net"
	"slices"
	"sync"
)

// pending are the questions that wait for an answer.
type pending struct {
	mu        sync.Mutex
	questions map[uint64]question // by id
	dropped   Dropped
}

type question struct {
	to      string
	answers chan Message
}

// Dropped counts what was heard and thrown away.
type Dropped struct {
	Malformed int // no message of ours, or no answer
	Unasked   int // of no open question: late, a duplicate, or forged, which cannot be told apart
	Elsewhere int // of an open question, from somebody who was not asked
}

func (p *pending) add(id uint64, to net.Addr) <-chan Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := question{to: to.String(), answers: make(chan Message, 1)}
	p.questions[id] = q
	return q.answers
}

func (p *pending) remove(id uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.questions, id)
}

// hear hands an answer to whoever waits for it. It is believed if it comes from where the
// question went, and knows the id: whoever could not read the question has to guess 64 bits.
func (p *pending) hear(data []byte, from net.Addr) {
	m, err := Parse(data)
	p.mu.Lock()
	defer p.mu.Unlock()
	q, open := p.questions[m.ID]
	switch {
	case err != nil || m.Kind == Question:
		p.dropped.Malformed++
	case !open:
		p.dropped.Unasked++
	case q.to != from.String():
		p.dropped.Elsewhere++
	default:
		m.Text = slices.Clone(m.Text) // data is read into again
		select {
		case q.answers <- m:
		default:
			p.dropped.Unasked++ // a duplicate that was faster than whoever waits
		}
	}
}
