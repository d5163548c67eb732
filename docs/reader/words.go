package main

import "onthewire/docs/reader/page"

// Words are all that the reader says of its own. Scripts get theirs from the page's data
// attributes.
type Words struct {
	page.Words
	Name                                       string
	Skip, Home, FrontPage, Start, Path, Beside string
	Lesson                                     string
	Contents, Pages, Previous, Next, Turn      string
	LeftOff, Begin, Read, After                string
	NextLesson, Perhaps                        string
	Dark, Light, Copy, Copied                  string
	SearchHint, Found, Nothing                 string
	Lines, Folder                              string
	Missing, MissingHint, Broken, BrokenHint   string
	Elsewhere                                  string
}

var words = Words{
	Words: page.Words{
		Note: "Note", Tip: "Tip", Important: "Important", Warning: "Warning", Caution: "Caution",
		Sketch: "a sketch, in no file", Diagram: "What is exchanged", Table: "Table", Permalink: "Link to “%s”",
		Message: "a program’s bytes", Own: "the protocol’s own", Lost: "lost message", Aside: "note",
		From: "from", To: "to", What: "what", Said: "text", Number: "step",
	},
	Name: "On the Wire",

	Skip: "To the text", Home: "All lessons", FrontPage: "The front page", Start: "What you need to start", Path: "The lessons", Beside: "Beside the lessons",
	Lesson:   "Lesson",
	Contents: "On this page", Pages: "Pages", Previous: "Previous", Next: "Next",
	Turn:    "← and → turn the page, / searches",
	LeftOff: "Where you left off", Begin: "Begin with the first lesson", Read: "read",
	After: "After it you can", NextLesson: "The next lesson", Perhaps: "Perhaps you look for one of these",

	Dark: "Dark", Light: "Light", Copy: "Copy", Copied: "Copied",

	SearchHint: "Search texts and code", Found: "Results", Nothing: "Nothing has all of these words.",

	Lines: "lines", Folder: "Folder",

	Missing:     "There is no such page",
	MissingHint: "The reader shows what is in lessons and docs of this checkout. It may have moved, or its name is spelt otherwise.",
	Broken:      "This page cannot be shown yet",
	BrokenHint:  "Its text has a problem in it. Repair it, save the file, and load this page again.",
	Elsewhere:   "this reader answers only to the name of this machine; open the address that it printed",
}
