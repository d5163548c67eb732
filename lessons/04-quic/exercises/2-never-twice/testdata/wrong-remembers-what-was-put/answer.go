// check says: a client comes again and puts a word that was there before, which is not done

package nevertwice

import (
	"sync"

	"github.com/quic-go/quic-go"
)

var seen = map[*board]map[string]bool{}
var mu sync.Mutex

func answer(conn *quic.Conn, b *board, request string) (string, error) {
	mu.Lock()
	defer mu.Unlock()
	if seen[b] == nil {
		seen[b] = map[string]bool{}
	}
	if request != "get" && seen[b][request] { // a copy says the same again, and so may a client
		return b.do("get"), nil
	}
	seen[b][request] = true
	return b.do(request), nil
}
