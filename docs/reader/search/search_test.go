package search

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var corpus = []Document{
	{URL: "/1#glutton", Title: "The event loop", Heading: "The glutton freezes everyone",
		Text: "A client that sends and never reads fills the socket's send buffer. Then write says EAGAIN, and epoll_pwait tells when it would not block."},
	{URL: "/1#poller", Title: "The event loop", Heading: "A poller for each system",
		Text: "Linux has epoll, the BSDs have kqueue. poller.Wait sleeps until a descriptor is ready. SO_REUSEADDR comes in the next lesson."},
	{URL: "/2#reuse", Title: "Socket options", Heading: "SO_REUSEADDR, and why a restart fails",
		Text: "So a server that restarts finds its own old connections in TIME_WAIT. The listener's backlog is another matter."},
	{URL: "/2#backlog", Title: "Socket options", Heading: "The backlog has two queues",
		Text: "Who asks listen for 128 gets min(backlog, somaxconn)."},
	{URL: "/zh/2#backlog", Title: "套接字选项", Heading: "监听队列有两个",
		Text: "监听队列满了，内核就丢弃新的连接请求；客户端会重传 SYN。"},
	{URL: "/zh/1#loop", Title: "事件循环", Heading: "事件循环",
		Text: "队列里的事件一个接一个地处理。监听的描述符也在其中。"},
	{URL: "/src/poller.go#Wait", Title: "poller/poller.go", Heading: "Poller.Wait", Kind: Declaration,
		Text: "// Wait sleeps until something is ready.\nfunc (p *Poller) Wait(events []Event, timeout time.Duration) (int, error) {"},
	{URL: "/src/conn.go#flush", Title: "loop/conn.go", Heading: "conn.flush", Kind: Declaration,
		Text: "// flush writes what is pending until the peer stops taking it.\nfunc (c *conn) flush() error {"},
	{URL: "/src/conn.go#readFrom", Title: "loop/conn.go", Heading: "conn.readFromPeer", Kind: Declaration,
		Text: "func (c *conn) readFromPeer() error {\n\treturn nil\n}"},
	{URL: "/ja#loop", Title: "イベントループ", Heading: "イベントループ", Text: "ソケットが読めるようになるまで待つ。"},
	{URL: "/ko#loop", Title: "이벤트 루프", Heading: "이벤트 루프", Text: "소켓을 읽을 수 있을 때까지 기다린다."},
}

func TestTheBestHitComesFirst(t *testing.T) {
	index := New(corpus)
	for query, want := range map[string]string{
		"glutton":             "/1#glutton",
		"glut":                "/1#glutton",
		"GLUTTON freezes":     "/1#glutton",
		"flush":               "/src/conn.go#flush",
		"conn.flush":          "/src/conn.go#flush",
		"poller.Wait":         "/src/poller.go#Wait",
		"wait":                "/src/poller.go#Wait",
		"so_reuseaddr":        "/2#reuse",
		"SO_REUSEADDR":        "/2#reuse",
		"reuseaddr lesson":    "/1#poller",
		"epoll_pwait":         "/1#glutton",
		"epoll_pw":            "/1#glutton",
		"pwait":               "/1#glutton",
		"readFromPeer":        "/src/conn.go#readFrom",
		"readfrompeer":        "/src/conn.go#readFrom",
		"frompeer":            "",
		"from peer":           "/src/conn.go#readFrom",
		"backlog":             "/2#backlog",
		"somaxconn":           "/2#backlog",
		"socket opt":          "/2#reuse",
		"time_wait":           "/2#reuse",
		"监听队列":                "/zh/2#backlog",
		"事件循环":                "/zh/1#loop",
		"丢弃":                  "/zh/2#backlog",
		"监":                   "/zh/2#backlog",
		"理":                   "/zh/1#loop",
		"客户端 syn":             "/zh/2#backlog",
		"ソケット":                "/ja#loop",
		"소켓":                  "/ko#loop",
		"glutton nowhere":     "",
		"glut freezes":        "", // only the last word may be a beginning
		"":                    "",
		" .,;!":               "",
		"listener's back":     "/2#reuse",
		"event loop glutton ": "/1#glutton",
		"glut ":               "", // the space ends the word
	} {
		got := ""
		if hits := index.Find(query, 10); len(hits) > 0 {
			got = hits[0].URL
		}
		if got != want {
			t.Errorf("%q finds %q first, want %q", query, got, want)
		}
	}
}

func TestANameBeatsABeginningBeatsAText(t *testing.T) {
	index := New([]Document{
		{URL: "text", Heading: "Other", Text: "listen listen listen listen listen"},
		{URL: "inside", Heading: "How to listen", Text: "a"},
		{URL: "beginning", Heading: "Listening on all addresses", Text: "a"},
		{URL: "method", Heading: "server.listen", Text: "a", Kind: Declaration},
		{URL: "heading", Heading: "Listen", Text: "a"},
		{URL: "name", Heading: "listen", Text: "a", Kind: Declaration},
		{URL: "none", Heading: "Other", Text: "silent"},
	})
	var got []string
	for _, hit := range index.Find("listen", 10) {
		got = append(got, hit.URL)
	}
	want := []string{"name", "heading", "method", "beginning", "inside", "text"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWordsThatFollowEachOtherBeatScatteredOnes(t *testing.T) {
	index := New([]Document{
		{URL: "scattered", Heading: "One", Text: "列队 and 监听 apart, 听队 too; the cookie is fast, the door open"},
		{URL: "together", Heading: "Two", Text: "a fast open is TCP Fast Open, with 监听队列"},
	})
	for _, query := range []string{"fast open", "监听队"} {
		if hits := index.Find(query, 1); len(hits) == 0 || hits[0].URL != "together" {
			t.Errorf("%q finds %v first", query, hits)
		}
	}
}

func TestASnippetShowsWhereItWasFound(t *testing.T) {
	filler := strings.Repeat("many other words, ", 20)
	index := New([]Document{{URL: "1", Heading: "The READER", Text: filler + "one lonely\n\treader of pages" + " " + filler}})
	hits := index.Find("reader of pag", 1)
	if len(hits) != 1 {
		t.Fatal("nothing found")
	}
	found := ""
	for _, p := range hits[0].Snippet {
		if p.Match {
			found += "[" + p.Text + "]"
			continue
		}
		found += p.Text
	}
	want := "… words, many other words, one lonely [reader] [of] [pag]es many other words, many other words, many other words, many …"
	if found != want {
		t.Errorf("the snippet is\n%q, want\n%q", found, want)
	}
	if diff := cmp.Diff([]Piece{{"The ", false}, {"READER", true}}, hits[0].Marked); diff != "" {
		t.Errorf("the heading (-want +got):\n%s", diff)
	}
}

func TestASnippetShowsTheWordsTogether(t *testing.T) {
	filler := strings.Repeat("many other words, ", 20)
	index := New([]Document{{Text: "wait some time, " + filler + "in TIME_WAIT for a minute, " + filler}})
	found := ""
	for _, p := range index.Find("time_wait", 1)[0].Snippet {
		found += p.Text
	}
	if !strings.Contains(found, "TIME_WAIT") {
		t.Errorf("the snippet is %q", found)
	}
}

func FuzzFind(f *testing.F) {
	f.Add("The glutton freezes EVERYONE", "glut", 0)
	f.Add("监听队列满了，内核就丢弃新的连接请求", "监听", 3)
	f.Add("ReadFromUDPAddrPort İstanbul \xff\xfe e\u0301", "readfrom i\u0307", 200)
	f.Fuzz(func(t *testing.T, text, query string, padding int) {
		text = strings.Repeat("é ", max(0, min(padding, 300))) + text
		for _, hit := range New([]Document{{Heading: text, Text: text}}).Find(query, 5) {
			for _, pieces := range [][]Piece{hit.Snippet, hit.Marked} {
				whole := squeeze(text)
				for _, p := range pieces {
					if !utf8.ValidString(p.Text) {
						t.Fatalf("%q is cut inside a character", p.Text)
					}
					if p.Match && !strings.Contains(whole, squeeze(p.Text)) {
						t.Fatalf("%q is marked and not in the text %q", p.Text, text)
					}
				}
			}
		}
	})
}

// squeeze is what a snippet does to a text.
func squeeze(text string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(text, "\uFFFD")), " ")
}
