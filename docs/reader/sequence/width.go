package sequence

import "unicode"

// fontSize is that of every text in the picture. The layout is made for it, so it is part of
// the SVG and not of the stylesheet.
const fontSize = 14

// width estimates how many pixels a text takes. The page uses the system's font, which the
// server cannot measure: these are the widths of a broad one, and a narrow one leaves air.
func width(text string) int {
	total := 0
	for _, r := range text {
		total += advance(r)
	}
	return pixels(total)
}

func widest(lines []string) int {
	most := 0
	for _, line := range lines {
		most = max(most, width(line))
	}
	return most
}

// pixels turns thousandths of the font's size into whole pixels, rounded up.
func pixels(size int) int { return (size*fontSize + 999) / 1000 }

// advance returns the width of a character in thousandths of the font's size.
func advance(r rune) int {
	switch {
	case wide(r):
		return 1000
	case unicode.Is(unicode.Mn, r):
		return 0
	case unicode.IsUpper(r) && r != 'I' && r != 'M' && r != 'W':
		return 700
	}
	switch r {
	case 'i', 'j', 'l', '|', '\'', '’', '.', ',', ':', ';', ' ', '!':
		return 320
	case 'f', 'r', 't', 'I', '(', ')', '[', ']', '-', '/', '\\', '"':
		return 410
	case 'm', 'w', 'M', 'W', '%', '@', '—', '…':
		return 950
	}
	return 620
}

// wide tells the scripts that are set in squares, and whose lines may end anywhere.
func wide(r rune) bool {
	return r >= 0x1100 && (unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) ||
		r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFF60 || r >= 0x1F300)
}
