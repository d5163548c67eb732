package markdown

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// Headings of one text, in this order. The cases are after those of github-slugger, whose
// makers had GitHub render them: all of theirs come out alike, but for letters newer than
// Unicode 13.
var headings = [][2]string{
	{"alpha", "alpha"}, {"alpha", "alpha-1"}, {"bravoCharlieDelta", "bravocharliedelta"},
	{"Step 1", "step-1"}, {"Step 1", "step-1-1"}, {"Step 2", "step-2"},
	{"echo", "echo"}, {"echo", "echo-1"}, {"echo 1", "echo-1-1"}, {"echo-1", "echo-1-2"}, {"echo", "echo-2"},
	{"foxtrot-1", "foxtrot-1"}, {"foxtrot", "foxtrot"}, {"foxtrot", "foxtrot-2"},
	{"heading with a - dash", "heading-with-a---dash"}, {"with an _ underscore", "with-an-_-underscore"},
	{"exchange.bind_headers(exchange, routing [, bindCallback])", "exchangebind_headersexchange-routing--bindcallback"},
	{"-a-", "-a-"}, {"apostrophe’s should be trimmed", "apostrophes-should-be-trimmed"},
	{"I ♥ unicode", "i--unicode"}, {"en–dash", "endash"}, {"😄_😄 unicode", "_-unicode"},
	{"Привет non-latin 你好", "привет-non-latin-你好"}, {"监听队列，有两个", "监听队列有两个"},
	{"ǅ Ǆ İ", "ǆ-ǆ-i\u0307"}, {"e\u0301 a\u20dd", "e\u0301-a\u20dd"}, {"५ Ⅷ ² ⅓", "५-ⅷ--"},
	{"a‿b ＿", "a‿b-＿"}, {"Ⓐ 🄰", "ⓐ-🄰"}, {"100 % + $5 = `x`", "100---5--x"}, {"a\u00a0b", "ab"}, {"", ""}, {"", "-1"},
}

func TestAHeadingHasTheIDThatGitHubGivesIt(t *testing.T) {
	var ids IDs
	for _, c := range headings {
		if got := ids.ID(c[0]); got != c[1] {
			t.Errorf("%q gets %q, want %q", c[0], got, c[1])
		}
	}
}

func TestManyEqualHeadingsAreNoWork(t *testing.T) {
	begin := time.Now()
	var ids IDs
	for range 200_000 { // each looking at all before it would take minutes
		ids.ID("step")
	}
	if got := ids.ID("step"); got != "step-"+strconv.Itoa(200_000) || time.Since(begin) > 10*time.Second {
		t.Errorf("%s after %v", got, time.Since(begin))
	}
}

func TestAHeadingIsReadAsGitHubReadsIt(t *testing.T) {
	for source, want := range map[string]string{
		"# a *b* `c*d`":        "a b c*d",
		"# x \\* y \\\\ `\\*`": "x * y \\ \\*",
		"# a &amp; b &#62; c":  "a & b > c",
		"# `&amp;`":            "&amp;",
		"# see ![alt](x.svg)!": "see !",
		"# [l](x) <b>y</b> z":  "l y z",
		"# <https://x.org/>":   "https://x.org/",
		"a\nb\n===":            "a b",
		"# a ~~b~~ ##":         "a b",
		"# [^1]\n\n[^2]: x":    "[^1]",
	} {
		root := New().Parser().Parse(text.NewReader([]byte(source)))
		if got := Plain(root.FirstChild(), []byte(source)); got != want {
			t.Errorf("%q reads %q, want %q", source, got, want)
		}
	}
}

func TestWhatGitHubDrawsOtherwiseIsRefused(t *testing.T) {
	for source, want := range map[string]string{
		"---\na: b\n---\n# T": "settings", "\ufeff---\r\n": "settings", "# T\n\n- [x] a": "tick",
		"# T\n\na[^1]\n\n[^1]: b": "footnotes", "# a :smile: b": ":smile:", "## a $x$ b": "$x$",
		"# `a::b` 10:30:00 ::1 $5": "", "# T\n\n---\n": "", "text [x] [^1]\n": "",
	} {
		var got []string
		root := New().Parser().Parse(text.NewReader([]byte(source)))
		Refused(root, []byte(source), func(_ int, problem string) { got = append(got, problem) })
		if joined := strings.Join(got, "\n"); !strings.Contains(joined, want) || (want == "") != (joined == "") {
			t.Errorf("%q: %q, want %q", source, joined, want)
		}
	}
}

func TestAttributesAreReadAsABrowserReadsThem(t *testing.T) {
	got := Attributes(`<a ID='one' title="id='no'"><p x=">" id=two><!-- <a id="three"> --><img SRC = "a&amp;b">`, "id", "src")
	if diff := cmp.Diff([]string{"one", "two", "a&b"}, got); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
	for source, want := range map[string]string{
		"<a id=\"x\"></a>": "x", "<a id='x' ></a>": "x", "<a id=\"x\"></a> y": "", "<b id=\"x\"></b>": "", "x": "",
	} {
		root := New().Parser().Parse(text.NewReader([]byte(source)))
		if got := Anchor(root.FirstChild(), []byte(source)); got != want {
			t.Errorf("%q: the anchor is %q", source, got)
		}
	}
	if Anchor(ast.Node(nil), nil) != "" {
		t.Error("nothing has an anchor")
	}
}
