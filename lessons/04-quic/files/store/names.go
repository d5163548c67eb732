package store

import (
	"fmt"
	"io/fs"
	"strings"
	"unicode/utf8"
)

// reserved are the names that Windows keeps for devices, whatever ending they have
// (learn.microsoft.com, Naming Files, Paths, and Namespaces).
var reserved = map[string]bool{
	"CON": true, "PRN": true, "AUX": true, "NUL": true,
	"COM1": true, "COM2": true, "COM3": true, "COM4": true, "COM5": true, "COM6": true, "COM7": true, "COM8": true, "COM9": true,
	"LPT1": true, "LPT2": true, "LPT3": true, "LPT4": true, "LPT5": true, "LPT6": true, "LPT7": true, "LPT8": true, "LPT9": true,
}

// CheckName says why a file of that name could not be kept on every system: whoever
// fetches it may have another one. Names are relative, with slashes.
func CheckName(name string) error {
	if !fs.ValidPath(name) || name == "." {
		return fmt.Errorf("%q is not a relative name without .. or empty parts", name)
	}
	if !utf8.ValidString(name) {
		return fmt.Errorf("%q is no UTF-8", name)
	}
	for part := range strings.SplitSeq(name, "/") {
		base, _, _ := strings.Cut(part, ".")
		switch {
		case len(part) > 255:
			return fmt.Errorf("%.20q…: a part of a name has at most 255 bytes", part)
		case strings.ContainsFunc(part, func(r rune) bool { return r < ' ' || r == 0x7f || strings.ContainsRune(`<>:"\|?*`, r) }):
			return fmt.Errorf("%q: a part of a name must not have control characters or any of < > : \" \\ | ? *", part)
		case strings.HasSuffix(part, ".") || strings.HasSuffix(part, " "):
			return fmt.Errorf("%q: a part of a name must not end in a dot or a space, which Windows drops", part)
		case reserved[strings.ToUpper(strings.TrimRight(base, " "))]:
			return fmt.Errorf("%q is a device on Windows", part)
		case isPart(part):
			return fmt.Errorf("%q: names like that are ours, for what has not come whole", part)
		}
	}
	return nil
}
