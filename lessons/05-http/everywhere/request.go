package everywhere

import (
	"net/http"
	"time"
)

// overTCP answers a request by HTTP/1.1 or HTTP/2. Who comes by TLS is told that HTTP/3 is to be
// had, too (Alt-Svc, RFC 7838).
func (s *Server) overTCP(w http.ResponseWriter, r *http.Request) {
	if r.TLS != nil {
		s.UDP.SetQUICHeaders(w.Header()) // its error means that we do not listen there any more
	}
	s.onTCP.begin()
	defer s.onTCP.end()
	s.answer(w, r)
}

// overUDP answers a request by HTTP/3, whose server knows no timeouts for it.
func (s *Server) overUDP(w http.ResponseWriter, r *http.Request) {
	control, now := http.NewResponseController(w), time.Now()
	control.SetReadDeadline(now.Add(ReadTimeout))
	control.SetWriteDeadline(now.Add(WriteTimeout))
	s.onUDP.begin()
	defer s.onUDP.end()
	defer busy(r.Context())()
	s.answer(w, r)
}

// Answered is a request that has been answered, or given up.
type Answered struct {
	Request *http.Request
	Status  int
	Bytes   int64
	Took    time.Duration
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	if s.Watch == nil {
		s.handler.ServeHTTP(w, r)
		return
	}
	begun, counted := time.Now(), &countedWriter{ResponseWriter: w, status: http.StatusOK}
	defer func() { // also when the handler panics, with which http.ErrAbortHandler ends an answer
		s.Watch(Answered{r, counted.status, counted.bytes, time.Since(begun)})
	}()
	s.handler.ServeHTTP(counted, r)
}

// A countedWriter keeps what an answer was. Unwrap lets http.ResponseController find what it hides.
type countedWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *countedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *countedWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *countedWriter) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}
