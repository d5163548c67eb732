// check says: captures/a.txt does not show eagain

package captures

type Finding struct {
	Pitfall string
	Line    int
}

func findings() (a, b, c Finding) {
	return Finding{"eagain", 10}, Finding{"eagain", 11}, Finding{"close", 10}
}
