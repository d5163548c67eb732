// Package upload is the body of a request on its way through a proxy, and how it is left when the
// answer is there before all of it has come.
package upload

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Linger is how long who still sends has to hear that it need not.
const Linger = 2 * time.Second

// An Upload is what a client sends, read by a transport that may outlive the handler.
type Upload struct {
	client  *http.ResponseController
	request *http.Request
	moved   func()

	sent    atomic.Bool // all of it has come
	broken  atomic.Bool // it cannot be read to its end
	over    atomic.Bool // nothing of it is to be read any more
	reading sync.Mutex
}

// New is for a request whose client it controls. moved hears of each piece.
func New(client *http.ResponseController, r *http.Request, moved func()) *Upload {
	u := &Upload{client: client, request: r, moved: moved}
	u.sent.Store(r.ContentLength == 0)
	return u
}

// Sent tells whether the client has sent all of its body.
func (u *Upload) Sent() bool { return u.sent.Load() }

// Broken tells whether its body could not be read to the end.
func (u *Upload) Broken() bool { return u.broken.Load() }

// Early is for an answer that is there before the request is, and changes its fields. By HTTP/1.1
// net/http would first read on, for a client that does not listen while it speaks. What comes of
// the body must not be taken for the next request, so the connection ends. HTTP/2 and HTTP/3 end
// the stream.
func (u *Upload) Early(fields http.Header) {
	if u.request.ProtoMajor == 1 && !u.Sent() {
		u.client.EnableFullDuplex()
		fields.Set("Connection", "close")
	}
}

// End is called before the handler returns. The transport may still be reading the body, and if
// net/http finds it doing so, it takes the deadline away and then waits for the rest for ever.
func (u *Upload) End() {
	if u.Sent() {
		return
	}
	u.over.Store(true)
	u.client.SetReadDeadline(time.Now())
	u.reading.Lock() // nobody does any more
	defer u.reading.Unlock()
	u.client.SetReadDeadline(time.Now().Add(Linger))
}

// Body is what the transport reads. ended hears when the trailers are there.
func (u *Upload) Body(from io.ReadCloser, ended func()) io.ReadCloser {
	return &body{from, u, ended}
}

type body struct {
	io.ReadCloser
	u     *Upload
	ended func()
}

func (b *body) Read(p []byte) (int, error) {
	u := b.u
	u.reading.Lock()
	defer u.reading.Unlock()
	if u.over.Load() {
		return 0, http.ErrBodyReadAfterClose
	}
	n, err := b.ReadCloser.Read(p)
	u.moved()
	switch err {
	case nil:
	case io.EOF:
		u.sent.Store(true)
		b.ended()
	default:
		u.broken.Store(true)
	}
	return n, err
}
