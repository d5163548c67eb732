package hopbyhop

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"

	"onthewire/lessons/05-http/h1"
)

// This file is for reading: a proxy for one request. It writes anew what it has read.

// forward passes a client's request on to the origin, and the origin's answer back.
func forward(client, origin net.Conn) error {
	request, err := h1.ReadRequest(bufio.NewReader(client), h1.Limits{})
	if err != nil {
		return fmt.Errorf("read the request: %w", err)
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return fmt.Errorf("read the request's body: %w", err)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", request.Method, request.Target, request.Host, len(body))
	write(&out, strip(request.Fields))
	out.Write(body)
	if _, err := io.WriteString(origin, out.String()); err != nil {
		return fmt.Errorf("pass the request on: %w", err)
	}

	in := bufio.NewReader(origin)
	status, fields, err := head(in)
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	rest, err := io.ReadAll(in) // to the end of the connection, which ends this answer
	if err != nil {
		return fmt.Errorf("read the answer's body: %w", err)
	}
	out.Reset()
	out.WriteString(status + "\r\n")
	write(&out, strip(fields))
	out.Write(rest)
	if _, err := io.WriteString(client, out.String()); err != nil {
		return fmt.Errorf("pass the answer on: %w", err)
	}
	return nil
}

// write writes fields, except for the two that forward says itself, and the empty line.
func write(to *strings.Builder, fields []h1.Field) {
	for _, f := range fields {
		if !strings.EqualFold(f.Name, "Host") && !strings.EqualFold(f.Name, "Content-Length") {
			fmt.Fprintf(to, "%s: %s\r\n", f.Name, f.Value)
		}
	}
	to.WriteString("\r\n")
}

// head reads a first line, and the fields behind it.
func head(r *bufio.Reader) (first string, fields []h1.Field, err error) {
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return "", nil, err
		}
		line = strings.TrimRight(line, "\r\n")
		switch name, value, _ := strings.Cut(line, ":"); {
		case first == "":
			first = line
		case line == "":
			return first, fields, nil
		default:
			fields = append(fields, h1.Field{Name: name, Value: strings.Trim(value, " \t")})
		}
	}
}
