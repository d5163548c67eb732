package captures

type Finding struct {
	Pitfall string
	Line    int
}

func findings() (a, b, c Finding) {
	return Finding{"register", 12}, Finding{"eagain", 11}, Finding{"close", 10}
}
