// Two small writes and a read, over loopback, with one bit this way and that.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"time"
)

func main() {
	listener, _ := net.Listen("tcp", "127.0.0.1:0")
	go func() {
		server, _ := listener.Accept()
		for lines := bufio.NewScanner(server); lines.Scan(); {
			fmt.Fprintln(server, lines.Text())
		}
	}()
	client, _ := net.Dial("tcp", listener.Addr().String())
	answers := bufio.NewReader(client)
	for _, on := range []bool{true, true, false, false} {
		client.(*net.TCPConn).SetNoDelay(on)
		begun := time.Now()
		io.WriteString(client, "hello, ")
		io.WriteString(client, "wire\n")
		answers.ReadString('\n')
		fmt.Println(time.Since(begun))
	}
}
