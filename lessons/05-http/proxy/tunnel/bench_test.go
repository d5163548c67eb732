package tunnel

import (
	"io"
	"net"
	"os"
	"testing"
	"time"

	"onthewire/lessons/05-http/proxy/proxytest"
	"onthewire/lessons/internal/measure"
)

// BenchmarkDownload sends a megabyte at a time through one direction. CPU-us/op is what it takes with
// both ends, which are in this process and the same for both: io.Copy splices between two sockets,
// and for any other type it has a buffer of 32 KB.
func BenchmarkDownload(b *testing.B) {
	for _, way := range []struct {
		name string
		to   func(net.Conn) net.Conn
	}{
		{"splice", func(conn net.Conn) net.Conn { return conn }},
		{"copy", func(conn net.Conn) net.Conn { return struct{ net.Conn }{conn} }},
	} {
		b.Run(way.name, func(b *testing.B) {
			far, origin := connected(b)
			client, near := connected(b)
			t := &tunnel{all: New(time.Hour, time.Hour), timer: time.AfterFunc(time.Hour, func() {})}
			ended := make(chan error, 1)
			go func() { ended <- t.pass(&side{Conn: way.to(near)}, &side{Conn: origin, from: origin}, nil) }()
			go func() {
				for block := make([]byte, 1<<18); ; {
					if _, err := far.Write(block); err != nil {
						return
					}
				}
			}()
			megabyte := make([]byte, 1e6)
			b.SetBytes(int64(len(megabyte)))
			before, _ := measure.CPU(os.Getpid())
			for b.Loop() {
				_, err := io.ReadFull(client, megabyte)
				must(b, err)
			}
			after, _ := measure.CPU(os.Getpid())
			b.ReportMetric(float64((after-before).Microseconds())/float64(b.N), "CPU-us/op")
			client.Close()
			far.Close()
			<-ended
		})
	}
}

// connected are the two ends of a connection.
func connected(b *testing.B) (one, other net.Conn) {
	l := proxytest.Listen(b)
	defer l.Close()
	one, err := net.Dial("tcp4", l.Addr().String())
	must(b, err)
	other, err = l.Accept()
	must(b, err)
	b.Cleanup(func() {
		one.Close()
		other.Close()
	})
	return one, other
}
