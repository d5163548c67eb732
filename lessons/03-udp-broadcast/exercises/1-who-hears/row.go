package whohears

// This file is for reading.

// A row is what you say of one address.
type row struct {
	to                             string
	wildcard, own, same, connected answer
}

type answer string

const (
	yes answer = "hears"
	no  answer = "does not hear"
)
