package search

// What it is worth to have the words of a query one behind the other. It outweighs a heading
// with one of them: who types TIME_WAIT does not look for Wait.
const worthTogether = 120

// together tells whether a text has the words of a query in their order, with at most a
// space and a comma between them. Pairs of ideographs overlap, each beginning in the last.
func together(text string, q query) bool {
	last := len(q.words) - 1
	if last == 0 {
		return false // then every match would be one
	}
	var reached [maxWords]mark // for each word, the latest that has those before it in front
	for _, m := range marks(text, q) {
		if m.word > 0 {
			before := reached[m.word-1]
			if before.end == 0 || m.start <= before.start || m.start > before.end+2 {
				continue
			}
		}
		if m.word == last {
			return true
		}
		reached[m.word] = m
	}
	return false
}
