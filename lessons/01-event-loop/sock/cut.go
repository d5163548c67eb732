package sock

import "fmt"

// A Cut is what a server returns that has stopped before everybody had their answer: so
// many clients were reset, and so many bytes for them had not arrived.
type Cut struct{ Clients, Bytes int }

func (c *Cut) Error() string {
	return fmt.Sprintf("stopped; clients that did not read in time and were reset: %d, bytes that they lack: %d", c.Clients, c.Bytes)
}

// Missing is the same in figures.
func (c *Cut) Missing() (clients, bytes int) { return c.Clients, c.Bytes }
