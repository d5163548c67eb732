// check says: the 200 has a Transfer-Encoding, as if a body came: what comes behind it belongs to the room

package tunnel

import (
	"io"
	"net"
	"net/http"
	"sync"
)

func tunnel(w http.ResponseWriter, r *http.Request) {
	room, err := new(net.Dialer).DialContext(r.Context(), "tcp", r.Host)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer room.Close()
	w.WriteHeader(http.StatusOK)
	http.NewResponseController(w).Flush()
	guest, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return // it has gone
	}
	defer guest.Close()
	pass := func(to net.Conn, from io.Reader) {
		if _, err := io.Copy(to, from); err != nil {
			room.Close()
			guest.Close()
		}
		to.(*net.TCPConn).CloseWrite()
	}
	var both sync.WaitGroup
	both.Go(func() { pass(room, buffered) })
	both.Go(func() { pass(guest, room) })
	both.Wait()
}
