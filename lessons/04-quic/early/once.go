package early

import (
	"crypto/sha256"
	"crypto/tls"
	"sync"
	"time"
)

// SingleUse lets each ticket of a server bring early data once (RFC 8446, section 8.1), within
// its lifetime, and while fewer than room newer ones have been given out. It remembers those
// that are still good, so what it has forgotten is rejected: a ticket of another server with the
// same keys, or of this one before it was started again.
func SingleUse(config *tls.Config, lifetime time.Duration, room int) {
	good := unused{lifetime: lifetime, room: room, since: map[id]time.Time{}}
	config.WrapSession = func(cs tls.ConnectionState, session *tls.SessionState) ([]byte, error) {
		ticket, err := config.EncryptTicket(cs, session)
		good.add(sha256.Sum256(ticket), time.Now())
		return ticket, err
	}
	config.UnwrapSession = func(ticket []byte, cs tls.ConnectionState) (*tls.SessionState, error) {
		session, err := config.DecryptTicket(ticket, cs)
		if session != nil && !good.take(sha256.Sum256(ticket), time.Now()) {
			session.EarlyData = false // it still spares both sides the certificate
		}
		return session, err
	}
}

// unused holds the tickets that have brought no early data yet.
type unused struct {
	lifetime time.Duration
	room     int

	mu    sync.Mutex
	since map[id]time.Time // when a ticket was given out
	order []id             // the oldest first, also those that were taken meanwhile
}

type id = [sha256.Size]byte

func (u *unused) add(ticket id, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for len(u.order) > 0 && (len(u.order) >= u.room || now.Sub(u.since[u.order[0]]) > u.lifetime) {
		delete(u.since, u.order[0])
		u.order = u.order[1:]
	}
	u.since[ticket] = now
	u.order = append(u.order, ticket)
}

func (u *unused) take(ticket id, now time.Time) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	since, good := u.since[ticket]
	delete(u.since, ticket)
	return good && now.Sub(since) <= u.lifetime
}
