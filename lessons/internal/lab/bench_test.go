package lab_test

import (
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
)

// BenchmarkRoundTrip measures an echo over 25 ms each way: the figures should be 50.
func BenchmarkRoundTrip(b *testing.B) {
	link := labtest.Open(b, lab.Way{Delay: 25 * time.Millisecond}, lab.Way{Delay: 25 * time.Millisecond})
	server, err := link.Server.ListenPacket("udp", "server:7")
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	go func() {
		var text [100]byte
		for {
			n, from, err := server.ReadFrom(text[:])
			if err != nil {
				return
			}
			server.WriteTo(text[:n], from)
		}
	}()
	client, err := link.Client.DialContext(b.Context(), "udp", "server:7")
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	var all []time.Duration
	for range 200 {
		begun := time.Now()
		io.WriteString(client, "hello, wire\n")
		var answer [12]byte
		if _, err := client.Read(answer[:]); err != nil {
			b.Fatal(err)
		}
		all = append(all, time.Since(begun))
	}
	slices.Sort(all)
	b.ReportMetric(all[len(all)/2].Seconds()*1e3, "ms-median")
	b.ReportMetric(all[len(all)*99/100].Seconds()*1e3, "ms-p99")
}

// BenchmarkThroughput sends TCP one way for two seconds.
func BenchmarkThroughput(b *testing.B) {
	for _, c := range []struct {
		name string
		way  lab.Way
	}{
		{"unshaped", lab.Way{}},
		{"unshaped-5ms", lab.Way{Delay: 5 * time.Millisecond}},
		{"100Mbit", lab.Way{Rate: 100_000_000}},
		{"100Mbit-5ms", lab.Way{Rate: 100_000_000, Delay: 5 * time.Millisecond}},
	} {
		b.Run(c.name, func(b *testing.B) {
			link := labtest.Open(b, c.way, c.way)
			listener, err := link.Server.Listen("tcp", "server:9")
			if err != nil {
				b.Fatal(err)
			}
			defer listener.Close()
			begun := time.Now()
			conn, err := link.Client.DialContext(b.Context(), "tcp", "server:9")
			if err != nil {
				b.Fatal(err)
			}
			go func() {
				defer conn.Close()
				block := make([]byte, 64<<10)
				for time.Since(begun) < 2*time.Second {
					if _, err := conn.Write(block); err != nil {
						return
					}
				}
			}()
			sink, err := listener.Accept()
			if err != nil {
				b.Fatal(err)
			}
			defer sink.Close()
			n, _ := io.Copy(io.Discard, sink)
			b.ReportMetric(float64(n)*8/1e6/time.Since(begun).Seconds(), "Mbit/s")
		})
	}
}

// BenchmarkLoss counts what a loss of 1 % leaves of 100,000 datagrams.
func BenchmarkLoss(b *testing.B) {
	link := labtest.Open(b, lab.Way{Loss: 0.01}, lab.Way{})
	client, err := link.Client.ListenPacket("udp", "client:0")
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	to := &net.UDPAddr{IP: lab.ServerAddr.AsSlice(), Port: 9}
	for link.ToServer.Counts().Packets < 100_000 {
		if _, err := client.WriteTo([]byte("hello, wire\n"), to); err != nil {
			b.Fatal(err)
		}
	}
	n := link.ToServer.Counts()
	b.ReportMetric(100*float64(n.Lost)/float64(n.Packets), "%-lost")
}
