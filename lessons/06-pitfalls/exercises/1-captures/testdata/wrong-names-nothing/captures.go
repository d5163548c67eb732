// check says: captures/b.txt: no pitfall of this system has the name "again", see lesson6 list

package captures

type Finding struct {
	Pitfall string
	Line    int
}

func findings() (a, b, c Finding) {
	return Finding{"register", 12}, Finding{"again", 11}, Finding{"close", 10}
}
