package lab_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/leak"
	"onthewire/lessons/internal/packet"
)

func TestMain(m *testing.M) {
	if how := os.Getenv(badEnd); how != "" {
		endBadly(how)
	}
	labtest.Main(m)
}

// badEnd in the environment makes this program one that opens a lab and then ends badly.
const badEnd = "LAB_TEST_END"

func endBadly(how string) {
	link, err := lab.Open(lab.Way{}, lab.Way{})
	if err != nil {
		panic(err)
	}
	if err := link.Server.Command(context.Background(), "sleep", "1000").Start(); err != nil {
		panic(err)
	}
	link.Server.Do(func() error {
		ns, err := os.Readlink("/proc/thread-self/ns/net")
		fmt.Println("namespace " + ns)
		return err
	})
	if how == "panic" {
		panic("on purpose")
	}
	select {} // until it is killed
}

// pair is a socket on each host, with a datagram's way from the client to the server.
func pair(t *testing.T, link *lab.Link) (client, server net.PacketConn) {
	t.Helper()
	server, err := link.Server.ListenPacket("udp", "server:9")
	if err != nil {
		t.Fatal(err)
	}
	client, err = link.Client.ListenPacket("udp", "client:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); server.Close() })
	return client, server
}

func send(t *testing.T, from, to net.PacketConn, text string) {
	t.Helper()
	if _, err := from.WriteTo([]byte(text), to.LocalAddr()); err != nil {
		t.Fatal(err)
	}
}

func receive(t *testing.T, at net.PacketConn) string {
	t.Helper()
	var text [100]byte
	at.SetReadDeadline(time.Now().Add(10 * time.Second))
	n, _, err := at.ReadFrom(text[:])
	if err != nil {
		t.Fatal(err)
	}
	return string(text[:n])
}

// echo answers on port 7 of the server until the link goes.
func echo(t *testing.T, link *lab.Link) {
	t.Helper()
	listener, err := link.Server.Listen("tcp", "server:7")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer conn.Close()
				io.Copy(conn, conn)
			})
		}
	})
	t.Cleanup(func() { listener.Close(); all.Wait() })
}

func hello(t *testing.T, link *lab.Link) {
	t.Helper()
	conn, err := link.Client.DialContext(t.Context(), "tcp", "server:7")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	io.WriteString(conn, "hello, wire\n")
	answer := make([]byte, 12)
	if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != "hello, wire\n" {
		t.Fatalf("the echo is %q, %v", answer, err)
	}
}

func TestNothingArrivesBeforeItsDelay(t *testing.T) {
	const delay = 10 * time.Millisecond
	link := labtest.Open(t, lab.Way{Delay: delay}, lab.Way{Delay: delay})
	echo(t, link)
	begun := time.Now()
	hello(t, link)
	if took := time.Since(begun); took < 4*delay {
		t.Errorf("a handshake and an echo, four ways of %v, took %v", delay, took)
	}
}

func TestExactlyTheNthMatchingPacketFalls(t *testing.T) {
	link := labtest.Open(t, lab.Way{}, lab.Way{})
	client, server := pair(t, link)
	fell := link.ToServer.Drop(3, func(p lab.Packet) bool {
		return p.Protocol == packet.UDP && strings.HasPrefix(string(p.Payload), "even")
	})
	for i := range 10 {
		text := fmt.Sprintf("odd %d", i)
		if i%2 == 0 {
			text = fmt.Sprintf("even %d", i)
		}
		send(t, client, server, text)
	}
	for i := range 10 {
		if i == 4 {
			continue
		}
		if text := receive(t, server); !strings.HasSuffix(text, fmt.Sprint(i)) {
			t.Errorf("in place of datagram %d came %q", i, text)
		}
	}
	if p := <-fell; string(p.Payload) != "even 4" || p.Fate != lab.Dropped || p.Destination.Port() != 9 {
		t.Errorf("what fell is %q (%v, to %v)", p.Payload, p.Fate, p.Destination)
	}
	if n := link.ToServer.Counts(); n.Packets != 10 || n.Delivered != 9 || n.Dropped != 1 {
		t.Errorf("the counts are %+v", n)
	}
}

func TestTheKernelsTCPRepairsWhatFell(t *testing.T) {
	link := labtest.Open(t, lab.Way{}, lab.Way{})
	echo(t, link)
	fell := link.ToServer.Drop(1, func(p lab.Packet) bool { return len(p.Payload) > 0 })
	var mu sync.Mutex
	var seen []lab.Packet
	defer link.Tap(func(p lab.Packet) {
		mu.Lock()
		defer mu.Unlock()
		if p.ToServer && len(p.Payload) > 0 {
			seen = append(seen, p)
		}
	})()
	hello(t, link)
	lost := <-fell
	mu.Lock()
	defer mu.Unlock()
	if len(seen) < 2 || seen[0].Fate != lab.Dropped || seen[1].Fate != lab.Delivered || seen[1].Seq != lost.Seq || string(seen[1].Payload) != string(lost.Payload) {
		t.Errorf("after %v the link saw %v", lost, seen)
	}
}

func TestEachDirectionIsSetOnItsOwnAndWhileItRuns(t *testing.T) {
	link := labtest.Open(t, lab.Way{}, lab.Way{})
	client, server := pair(t, link)
	if err := link.ToClient.Set(lab.Way{Loss: 1}); err != nil {
		t.Fatal(err)
	}
	seen := make(chan lab.Packet, 10)
	stop := link.Tap(func(p lab.Packet) { seen <- p })
	send(t, server, client, "never")
	if p := <-seen; p.Fate != lab.Lost {
		t.Errorf("the link made of it: %v", p.Fate)
	}
	stop()
	send(t, client, server, "there")
	if got := receive(t, server); got != "there" {
		t.Errorf("the server received %q", got)
	}
	if err := link.ToClient.Set(lab.Way{}); err != nil {
		t.Fatal(err)
	}
	send(t, server, client, "back")
	if got := receive(t, client); got != "back" {
		t.Errorf("the client received %q", got)
	}
	if n := link.ToClient.Counts(); n.Lost != 1 || n.Delivered != 1 {
		t.Errorf("the counts are %+v", n)
	}
}

func TestALatePacketArrivesBehindThoseSentAfterIt(t *testing.T) {
	link := labtest.Open(t, lab.Way{Reorder: 1, Late: 500 * time.Millisecond}, lab.Way{})
	client, server := pair(t, link)
	seen := make(chan lab.Packet, 10)
	defer link.Tap(func(p lab.Packet) { seen <- p })()
	send(t, client, server, "first")
	if p := <-seen; p.Fate != lab.Overtaken || p.Way < 500*time.Millisecond {
		t.Errorf("the link made of it: %v, %v under way", p.Fate, p.Way)
	}
	if err := link.ToServer.Set(lab.Way{}); err != nil {
		t.Fatal(err)
	}
	send(t, client, server, "second")
	if a, b := receive(t, server), receive(t, server); a != "second" || b != "first" {
		t.Errorf("they arrived as %q, %q", a, b)
	}
}

func TestCongestionControlIsEachSocketsOwn(t *testing.T) {
	link := labtest.Open(t, lab.Way{}, lab.Way{})
	echo(t, link)
	link.Client.Congestion = "reno"
	conn, err := link.Client.DialContext(t.Context(), "tcp", "server:7")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if name, err := lab.Congestion(conn.(*net.TCPConn)); name != "reno" || err != nil {
		t.Errorf("the socket uses %q, %v", name, err)
	}
	link.Client.Congestion = "nonesuch"
	if _, err := link.Client.DialContext(t.Context(), "tcp", "server:7"); err == nil || !strings.Contains(err.Error(), "TCP_CONGESTION nonesuch") {
		t.Errorf("an unknown congestion control: %v", err)
	}
}

func TestAProgramRunsOnItsHost(t *testing.T) {
	link := labtest.Open(t, lab.Way{}, lab.Way{})
	if _, err := exec.LookPath("nsenter"); err != nil {
		t.Skip("nsenter, of util-linux, is not here")
	}
	out, err := link.Client.Command(t.Context(), "cat", "/proc/self/net/dev").Output()
	if err != nil || !strings.Contains(string(out), "link:") {
		t.Errorf("the devices that the program sees: %s, %v", out, err)
	}
	if err := link.Client.Command(t.Context(), "no-such-program").Run(); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("a program that is not there: %v", err)
	}
	cmd := link.Server.Command(t.Context(), "sleep", "1000")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	cmd.Process.Kill()
	if err := cmd.Wait(); err == nil {
		t.Error("a killed program ended well")
	}
}

func TestClosingLeavesNothingBehind(t *testing.T) {
	labtest.Open(t, lab.Way{}, lab.Way{}).Close() // what the runtime keeps, it has from here on
	leak.Check(t)
	link := labtest.Open(t, lab.Way{Delay: 5 * time.Millisecond, Rate: 1e6}, lab.Way{Loss: 0.5})
	client, server := pair(t, link)
	for range 100 {
		send(t, client, server, "under way when the link goes")
	}
	if err := link.Close(); err != nil {
		t.Error(err)
	}
	if _, err := link.Client.DialContext(context.Background(), "tcp", "server:7"); err == nil {
		t.Error("a host that is gone dialled")
	}
}
