// Package overtake is exercise 4.3: a chat in which a line does not wait for a file.
package overtake

import "onthewire/lessons/internal/exercise"

// send passes one message on to a guest. The next one is sent when it returns.
//
//   - Lines are heard in the order in which they were said, and none is missing.
//   - A file arrives whole. It may be long, and there may be hundreds, all at once.
//   - A line waits for no file: for none that is still being sent, none of which a packet is
//     lost, and none that has taken the last stream which the guest allows.
//
// m.encode is what travels. g.conn opens streams, and its Context ends with it. g.lines is yours
// to keep a stream in.
func (g *guest) send(m message) error {
	exercise.TODO("pass lines and files on, so that no line waits for a file")
	return nil
}
