// Package hopbyhop is exercise 5.2: what a proxy keeps to itself.
package hopbyhop

import (
	"onthewire/lessons/05-http/h1"
	"onthewire/lessons/internal/exercise"
)

// strip returns the fields of a message that the proxy passes on, in their order. It is called
// for each request and for each answer.
//
//   - Connection goes, and so does every field that one of its options names, wherever it stands.
//   - So do Proxy-Connection, Keep-Alive, TE, Transfer-Encoding and Upgrade, named or not.
//   - Proxy-Authorization and Proxy-Authenticate are between the client and this proxy.
//   - Everything else is for whoever is behind the proxy.
//
// Nobody minds in which case a name is spelled. Host and Content-Length don't matter here: the
// proxy writes its own, since they say where the message goes and where it ends on the next
// connection.
func strip(fields []h1.Field) []h1.Field {
	exercise.TODO("leave out what is for this connection alone")
	return fields
}
