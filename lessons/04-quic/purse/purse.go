// Package purse is a server for which it matters whether a request is done once or twice, and
// its client.
package purse

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// A Purse has a hundred coins at first, and knows two requests: get, and pay with a number.
type Purse struct {
	mu   sync.Mutex
	paid int
}

// Do does what is asked, and returns the answer.
func (p *Purse) Do(request string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	verb, amount, _ := strings.Cut(strings.TrimSpace(request), " ")
	coins, err := strconv.Atoi(amount)
	switch {
	case verb == "get" && amount == "":
		return fmt.Sprintf("%d left", 100-p.paid)
	case verb == "pay" && err == nil && coins > 0 && coins <= 100-p.paid:
		p.paid += coins
		return fmt.Sprintf("paid %d, %d left", coins, 100-p.paid)
	}
	return "no"
}

// Idempotent tells whether a request may be done twice without harm.
func Idempotent(request string) bool { return strings.TrimSpace(request) == "get" }
