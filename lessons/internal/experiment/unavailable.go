package experiment

// An Unavailable error says why something is not possible here, and what would make it so.
type Unavailable struct {
	Why    string // "a raw socket: operation not permitted"
	Remedy string // "run it as root, or give it CAP_NET_RAW"
}

func (u *Unavailable) Error() string { return u.Why }

// Advice is what a person would try next.
func (u *Unavailable) Advice() string { return u.Remedy }
