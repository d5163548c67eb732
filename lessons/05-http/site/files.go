package site

import (
	"fmt"
	"net/http"
	"strings"
)

// MaxRanges is how many ranges of a file one request may name. Each costs a head of some hundred
// bytes in the answer, so a thousand ranges of one byte would be a small request with a large
// answer.
const MaxRanges = 16

// file sends a file, or ranges of it. os.Root keeps the name inside the folder, symbolic links
// included. http.ServeContent does what RFC 9110 says of ranges (14) and conditions (13).
func (s *Site) file(w http.ResponseWriter, r *http.Request) {
	if s.Files == nil {
		http.NotFound(w, r)
		return
	}
	name := r.PathValue("name")
	info, err := s.Files.Stat(name) // before Open, which would wait at a FIFO for who writes to it
	if err != nil || !info.Mode().IsRegular() {
		http.NotFound(w, r) // why is nobody's business
		return
	}
	file, err := s.Files.Open(name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer file.Close()
	if strings.Count(r.Header.Get("Range"), ",") >= MaxRanges {
		r.Header.Del("Range") // a server may ignore it (14.2), and then all of the file is the answer
	}
	w.Header().Set("ETag", fmt.Sprintf(`"%x-%x"`, info.ModTime().UnixNano(), info.Size()))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(steady(w), r, name, info.ModTime(), file)
}
