package sequence

import (
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write the pictures as they are drawn now")

// Each file holds a text (in.mmd), and what is to become of it: a picture (out.svg).
func TestTheSamePictureEveryTime(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no pictures to compare with:", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			diagram, err := Parse(string(archive.Files[0].Data))
			if err != nil {
				t.Fatal(err)
			}
			got := diagram.SVG("d1")
			wellFormed(t, got)
			if *update {
				archive.Files = append(archive.Files[:1], txtar.File{Name: "out.svg", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(archive.Files) != 2 {
				t.Fatalf("%s has no out.svg; run go test -update, and look at the picture", file)
			}
			if diff := cmp.Diff(string(archive.Files[1].Data), got); diff != "" {
				t.Errorf("another picture (-recorded +drawn); if it is the better one, run go test -update:\n%s", diff)
			}
		})
	}
}

// all holds each kind of thing that can be drawn.
const all = `sequenceDiagram
    %% a comment
    participant R as the reader
    participant C
    participant S as server<br/>and its kernel
    R->>C: asks
    C-->>S: the protocol's own
    S-xC: lost
    S--xC: lost, its own
    Note over R,S: everybody
    Note over C: one
    Note over S: a text that is longer than a line of the picture may be, so it has two
    R->>D: D was never declared
`

func TestEveryClassHasItsColours(t *testing.T) {
	diagram, err := Parse(all)
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, classes := range regexp.MustCompile(`class="([^"]*)"`).FindAllStringSubmatch(diagram.SVG("x"), -1) {
		for class := range strings.FieldsSeq(classes[1]) {
			used[class] = true
		}
	}
	styled := map[string]bool{}
	for _, class := range regexp.MustCompile(`\.(seq[a-z-]*)`).FindAllStringSubmatch(CSS, -1) {
		styled[class[1]] = true
	}
	if diff := cmp.Diff(styled, used); diff != "" {
		t.Errorf("classes (-in the stylesheet +in the picture):\n%s", diff)
	}
}

func TestNothingThatAStrictPolicyForbids(t *testing.T) {
	diagram, err := Parse(all)
	if err != nil {
		t.Fatal(err)
	}
	for _, forbidden := range []string{" style=", "<script", "<style", " on", "url(", "href"} {
		if strings.Contains(regexp.MustCompile(`>[^<]*<`).ReplaceAllString(diagram.SVG("x"), "><"), forbidden) {
			t.Errorf("the picture has %q", forbidden)
		}
	}
}

func TestWhatATextSaysStaysText(t *testing.T) {
	diagram, err := Parse("sequenceDiagram\nA->>B: <b onload=x> & \"quotes\" #60;script#62;\n")
	if err != nil {
		t.Fatal(err)
	}
	svg := diagram.SVG(`"><x`)
	wellFormed(t, svg)
	if strings.Contains(svg, "<b ") || strings.Contains(svg, "<script") || strings.Contains(svg, "<x") {
		t.Errorf("markup came through:\n%s", svg)
	}
}

// wellFormed reads the picture to its end, as strictly as XML is read.
func wellFormed(t *testing.T, svg string) {
	t.Helper()
	for decoder := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := decoder.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("the picture is not well-formed: %v\n%s", err, svg)
		}
	}
}

// insideTheView holds that no shape and no text begins outside of what is shown.
func insideTheView(t *testing.T, svg string) {
	t.Helper()
	var wide, high float64
	if _, err := fmt.Sscanf(svg[strings.Index(svg, "viewBox"):], `viewBox="-0.5 -0.5 %f %f"`, &wide, &high); err != nil {
		t.Fatal(err)
	}
	for _, at := range regexp.MustCompile(` (x|x1|x2|y|y1|y2)="([^"]*)"`).FindAllStringSubmatch(svg, -1) {
		limit := wide
		if at[1][0] == 'y' {
			limit = high
		}
		if value, err := strconv.ParseFloat(at[2], 64); err != nil || value < 0 || value >= limit {
			t.Fatalf("%s is outside of %v × %v:\n%s", at[0], wide, high, svg)
		}
	}
}

// A hostile page may ask for as much as the limits allow; it must not keep the reader busy.
func BenchmarkTheLargestDiagram(b *testing.B) {
	text := "sequenceDiagram\n" + participants(maxParticipants) +
		strings.Repeat("p->>pppppppppppppppp: "+strings.Repeat("a", 130)+"\n", maxSteps)
	for b.Loop() {
		diagram, err := Parse(text)
		if err != nil {
			b.Fatal(err)
		}
		diagram.SVG("b")
	}
}
