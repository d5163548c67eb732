// Package whohears is exercise 3.1: who hears a datagram, said before it is tried.
package whohears

import "onthewire/lessons/internal/exercise"

// predict says of four sockets whether they hear what is sent to an address: a row for each
// address, and yes or no for each socket. The sockets are on the host that the datagram
// reaches, and wait on the port that it is sent to. Nobody else has that port.
//
//   - wildcard is bound to 0.0.0.0; where IPv6 is sent, to ::
//   - own is bound to the address of its host, here 127.0.0.1
//   - same is bound to the address of the row
//   - connected is bound to the wildcard, and connected to the sender afterwards
//
// Where it is sent to a group, all four have joined it.
func predict() []row {
	exercise.TODO("turn each no that you do not believe into a yes")
	return []row{
		// to, wildcard, own, same, connected
		{"127.0.0.1", no, no, no, no},
		{"127.0.0.255", no, no, no, no},
		{"127.255.255.255", no, no, no, no},
		{"255.255.255.255", no, no, no, no},
		{"239.255.87.73", no, no, no, no},
		{"ff12::5749:5245", no, no, no, no},
	}
}
