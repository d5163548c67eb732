package site

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"
)

// What a JSON body may be at most.
const (
	MaxJSON  = 64 << 10 // bytes
	MaxDepth = 16       // of arrays and objects in each other
)

// A Question is what /json takes. Note may be anything.
type Question struct {
	Name    string  `json:"name"`
	Numbers []int64 `json:"numbers"`
	Note    any     `json:"note,omitempty"`
}

// An Answer is what it says.
type Answer struct {
	Hello string `json:"hello"`
	Sum   int64  `json:"sum"`
}

func sum(w http.ResponseWriter, r *http.Request) {
	var q Question
	if status, err := readJSON(w, r, &q); err != nil {
		http.Error(w, err.Error(), status)
		return
	}
	a := Answer{Hello: q.Name}
	for _, n := range q.Numbers {
		a.Sum += n
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(a) // it fails when the client has gone
}

// readJSON reads a body that is exactly one JSON value, and that into has room for. With the error
// comes the status that says whose it is.
func readJSON(w http.ResponseWriter, r *http.Request, into any) (status int, err error) {
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := strings.ToLower(params["charset"])
	switch {
	case err != nil || media != "application/json" || charset != "" && charset != "utf-8":
		return http.StatusUnsupportedMediaType, errors.New("send application/json, in UTF-8")
	case r.Header.Get("Content-Encoding") != "": // a few bytes could become gigabytes
		return http.StatusUnsupportedMediaType, errors.New("send it uncompressed")
	case r.ContentLength > MaxJSON: // who asked first, by Expect: 100-continue, need not send it
		return http.StatusRequestEntityTooLarge, fmt.Errorf("%d bytes, take %d at most", r.ContentLength, MaxJSON)
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxJSON))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return http.StatusRequestEntityTooLarge, fmt.Errorf("more than %d bytes", MaxJSON)
	} else if err != nil {
		return http.StatusBadRequest, fmt.Errorf("read the body: %w", err)
	}
	if err := strict(data); err != nil {
		return http.StatusBadRequest, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return http.StatusUnprocessableEntity, err
	}
	return http.StatusOK, nil
}

// strict says why data is not one JSON value that everybody reads alike. encoding/json takes the
// last of two equal names, and "NAME" for "name"; it puts U+FFFD in place of what is no UTF-8.
func strict(data []byte) error {
	if !utf8.Valid(data) {
		return errors.New("it is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := value(decoder, 0); err != nil {
		return fmt.Errorf("at byte %d: %w", decoder.InputOffset(), err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return fmt.Errorf("at byte %d: something follows the value", decoder.InputOffset())
	}
	return nil
}

// value reads one value, which is inside so many others.
func value(decoder *json.Decoder, depth int) error {
	token, err := decoder.Token()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	open, nested := token.(json.Delim)
	if err != nil || !nested {
		return err
	}
	if depth == MaxDepth {
		return fmt.Errorf("deeper than %d", MaxDepth)
	}
	names := make(map[string]bool)
	for decoder.More() {
		if open == '{' {
			name, err := decoder.Token()
			if err != nil {
				return err
			}
			folded := strings.ToLower(name.(string))
			if names[folded] {
				return fmt.Errorf("%q is there twice", name)
			}
			names[folded] = true
		}
		if err := value(decoder, depth+1); err != nil {
			return err
		}
	}
	_, err = decoder.Token() // the bracket that closes it
	return err
}
