// Package tunnel is exercise 5.3: a chat that is reached through a proxy.
package tunnel

import (
	"net/http"

	"onthewire/lessons/internal/exercise"
)

// tunnel answers CONNECT HOST:PORT, which is in r.Host, and returns when both have ended.
//
//   - If nobody can be reached there, the guest is told 502. It is told 200 once somebody is.
//   - Behind that, each is sent what the other one says, from the first byte on. The guest may
//     have said something right behind its request.
//   - If one of them ends its direction, the other one hears of that, and may go on speaking.
//   - If one of them is reset, the other one is not kept waiting.
func tunnel(w http.ResponseWriter, r *http.Request) {
	exercise.TODO("connect a guest with whom it names, and pass on what they say")
}
