package site

import "onthewire/docs/reader/render"

// allWords are the reader's own: what it says that no text of the repository says.
type allWords struct {
	render.Words
	Site, Tagline                                  string
	Skip, Search, SearchHint, Results, NoResults   string
	Theme, ThemeSystem, ThemeLight, ThemeDark      string
	Contents, Previous, Next, Home, Way, Beside    string
	Start, Continue, Done, Begun, More             string
	NotFound, NotFoundText, Broken, BrokenText     string
	Misdirected, OnlyReading, Copied, Folder, Line string
	FrontPage                                      string
}

// words are English ones. A translation is a second value of the same type.
var words = allWords{
	Words: render.Words{
		Copy: "Copy", Lines: "lines %s–%s", Seen: "seen once", Diagram: "Diagram",
		Number: "Step", From: "From", To: "To", What: "What",
		Message: "message", Lost: "lost message", Note: "note",
		Alerts:      map[string]string{"NOTE": "Note", "TIP": "Tip", "IMPORTANT": "Important", "WARNING": "Warning", "CAUTION": "Caution"},
		Link:        "Link to: %s",
		ScrollsCode: "Code", ScrollsTables: "Table",
	},
	Site: "On the Wire", Tagline: "Network programming in Go, from the system call up, in programs that you run.",
	Skip: "Skip to the text", Search: "Search", SearchHint: "Search texts and code", Results: "Results", NoResults: "Nothing found",
	Theme: "Colours", ThemeSystem: "System", ThemeLight: "Light", ThemeDark: "Dark",
	Contents: "On this page", Previous: "Previous", Next: "Next", Home: "Home", Way: "The lessons", Beside: "Beside the lessons",
	Start: "Start with lesson 01", Continue: "Go on where you left off", Done: "read", Begun: "begun", More: "Annexes and exercises",
	NotFound: "There is no such page", NotFoundText: "The reader shows the lessons, the docs and the front page, and nothing else of your machine.",
	Broken: "This text cannot be shown", BrokenText: "Mend what is named here, and load the page again.",
	Misdirected: "this reader answers to localhost and 127.0.0.1 only", OnlyReading: "this reader only reads: GET and HEAD",
	Copied: "Copied", Folder: "Folder", Line: "Line %d", FrontPage: "The front page",
}
