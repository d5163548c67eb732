package ask

import (
	"slices"
	"time"
)

const (
	remember    = time.Minute // longer than a client repeats itself whose First and Tries are ours
	maxAnswered = 1024        // and as many answers at most, since anybody can ask
)

// A memory holds the answers that were given, so that a question which comes again is not
// worked on again. Where it is full, the oldest makes room: then the work may be done twice.
type memory struct {
	answers map[key]answered
	order   []key // the oldest first
}

type key struct {
	from string
	id   uint64
}

type answered struct {
	text []byte
	at   time.Time
}

func (m *memory) recall(from string, id uint64, now time.Time) (text []byte, known bool) {
	a, known := m.answers[key{from, id}]
	return a.text, known && now.Sub(a.at) < remember
}

func (m *memory) keep(from string, id uint64, text []byte, now time.Time) {
	if m.answers == nil {
		m.answers = map[key]answered{}
	}
	for len(m.order) > 0 && (len(m.order) >= maxAnswered || now.Sub(m.answers[m.order[0]].at) >= remember) {
		delete(m.answers, m.order[0])
		m.order = m.order[1:]
	}
	k := key{from, id}
	// The answer may be part of the question, and the next question is read over that.
	m.answers[k] = answered{slices.Clone(text), now}
	m.order = append(m.order, k)
}
