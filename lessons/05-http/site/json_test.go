package site

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// ask asks a site without a network.
func ask(s *Site, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
}

func TestWhatIsNotOneJSONValueThatEverybodyReadsAlikeIsRefusedWithOneLine(t *testing.T) {
	const kind = "application/json"
	for _, c := range []struct {
		name, kind, body string
		status           int
		says             string
	}{
		{"good", kind, `{"name":"wire","numbers":[1,2,3]}`, 200, `"sum":6`},
		{"good, with a charset", kind + "; charset=UTF-8", ` {"name":"wire"} ` + "\n", 200, `"hello":"wire"`},
		{"a note as deep as may be", kind, `{"note":` + strings.Repeat("[", MaxDepth-1) + strings.Repeat("]", MaxDepth-1) + `}`, 200, ""},
		{"no type", "", `{}`, 415, "application/json"},
		{"a form", "application/x-www-form-urlencoded", `{}`, 415, "application/json"},
		{"another charset", kind + "; charset=latin1", `{}`, 415, "UTF-8"},
		{"empty", kind, ``, 400, "unexpected EOF"},
		{"cut", kind, `{"name":"wi`, 400, "unexpected EOF"},
		{"not JSON", kind, `{name:1}`, 400, "at byte 1"},
		{"two values", kind, `{} {}`, 400, "follows"},
		{"something behind", kind, `{}x`, 400, "follows"},
		{"a name twice", kind, `{"name":"a","name":"b"}`, 400, "twice"},
		{"a name twice in other letters", kind, `{"name":"a","NAME":"b"}`, 400, "twice"},
		{"too deep", kind, `{"note":` + strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth) + `}`, 400, "deeper than 16"},
		{"a bomb", kind, strings.Repeat("[", MaxJSON), 400, "deeper than 16"},
		{"not UTF-8", kind, "{\"name\":\"\xff\"}", 400, "UTF-8"},
		{"an unknown field", kind, `{"nmae":"wire"}`, 422, `unknown field "nmae"`},
		{"a wrong type", kind, `{"numbers":["one"]}`, 422, "numbers"},
		{"too large a number", kind, `{"numbers":[9223372036854775808]}`, 422, "numbers"},
		{"too long", kind, `"` + strings.Repeat("x", MaxJSON) + `"`, 413, "at most"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/json", strings.NewReader(c.body))
			r.Header.Set("Content-Type", c.kind)
			w := ask(new(Site), r)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) || strings.Count(w.Body.String(), "\n") != 1 {
				t.Errorf("%d, want %d: %q, want one line with %q", w.Code, c.status, w.Body, c.says)
			}
			if c.status == 200 && !json.Valid(w.Body.Bytes()) {
				t.Errorf("the answer is no JSON: %q", w.Body)
			}
		})
	}
}

func TestJSONWithoutALengthIsReadNoFurtherThanTheLimit(t *testing.T) {
	body := &endless{}
	r := httptest.NewRequest("POST", "/json", body)
	r.ContentLength = -1
	r.Header.Set("Content-Type", "application/json")
	w := ask(new(Site), r)
	if w.Code != 413 || body.read > 2*MaxJSON {
		t.Errorf("%d after %d bytes", w.Code, body.read)
	}
}

func TestCompressedJSONIsRefusedUnread(t *testing.T) {
	body := &endless{}
	r := httptest.NewRequest("POST", "/json", body)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Content-Encoding", "gzip")
	if w := ask(new(Site), r); w.Code != 415 || body.read > 0 {
		t.Errorf("%d after %d bytes", w.Code, body.read)
	}
}

type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.read += len(p)
	return len(p), nil
}

func TestAPathHasItsMethods(t *testing.T) {
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/json", 405, "POST"},
		{"DELETE", "/pay", 405, "GET, HEAD, POST"},
		{"POST", "/ws", 405, "GET"},
		{"POST", "/", 405, "GET, HEAD"},
		{"GET", "/nowhere", 404, ""},
		{"GET", "/bytes?n=-1", 400, ""},
		{"GET", "/bytes?n=99999999999999999999", 400, ""},
		{"GET", "/page/8.svg", 404, ""},
		{"GET", "/files/x", 404, ""},
	} {
		w := ask(new(Site), httptest.NewRequest(c.method, c.path, nil))
		if w.Code != c.status || w.Header().Get("Allow") != c.allow {
			t.Errorf("%s %s: %d, Allow %q", c.method, c.path, w.Code, w.Header().Get("Allow"))
		}
	}
}
