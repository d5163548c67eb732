package search

// What it is worth to have the words of a query one behind the other. It outweighs a heading
// with one of them: who types TIME_WAIT does not look for Wait.
const worthTogether = 120

// favourTogether reads the texts of the candidates, the best first, as far as a query may.
func (x *Index) favourTogether(q query, found []candidate) {
	if len(q.words) < 2 {
		return // nothing is read where nothing could be together
	}
	left := maxRead
	for i := range found {
		text := x.documents[found[i].document].Text
		text = text[:min(len(text), left)]
		left -= len(text)
		if together(marks(text, q), q) >= 0 {
			found[i].score += worthTogether
		}
		if left == 0 {
			return
		}
	}
}

// together returns where the words of a query first stand in their order, with at most a
// space and a comma between them, or -1. Pairs of ideographs overlap, each beginning inside
// the one before.
func together(found []mark, q query) int {
	last := len(q.words) - 1
	if last <= 0 {
		return -1 // then every match would be one
	}
	var reached [maxWords]struct{ mark, begun int } // by word; from 1 on, 0 is none
	for i, m := range found {
		begun := i
		if m.word > 0 {
			before := reached[m.word-1]
			if before.mark == 0 {
				continue
			}
			if b := found[before.mark-1]; m.start <= b.start || m.start > b.end+2 {
				continue
			}
			begun = before.begun
		}
		if m.word == last {
			return found[begun].start
		}
		reached[m.word].mark, reached[m.word].begun = i+1, begun
	}
	return -1
}
