// check says: the guest has said bye and finished, and the room does not hear that

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
	guest, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return // it has gone
	}
	defer guest.Close()
	io.WriteString(guest, "HTTP/1.1 200 OK\r\n\r\n")
	pass := func(to net.Conn, from io.Reader) {
		if _, err := io.Copy(to, from); err != nil {
			room.Close()
			guest.Close()
		}
	}
	var both sync.WaitGroup
	both.Go(func() { pass(room, buffered) })
	both.Go(func() { pass(guest, room) })
	both.Wait()
}
