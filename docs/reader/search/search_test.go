package search

import (
	"strings"
	"testing"
	"unicode/utf8"
)

var corpus = []Document{
	{URL: "code:accept", Title: "loop/accept.go", Heading: "loop.accept", Code: true, Text: "accept accepts all that wait in accept's queue: accept, accept."},
	{URL: "code:flush", Title: "loop/conn.go", Heading: "loop.flush", Code: true, Text: "flush writes what is pending."},
	{URL: "code:waker", Title: "poller/wake.go", Heading: "waker", Code: true, Text: "A waker wakes a waker's poller."},
	{URL: "accept", Title: "The event loop", Heading: "A listener is one more descriptor", Text: "Then accept takes a client from the queue. l.flush(c) comes later."},
	{URL: "glutton", Title: "The event loop", Heading: "The glutton freezes everyone", Text: "It never reads. Then write says EAGAIN, and epoll_pwait tells when it would not block. The waker is later."},
	{URL: "nodelay", Title: "Socket options", Heading: "TCP_NODELAY is what Go has set", Text: "Two small writes, and a reset."},
	{URL: "wait", Title: "Socket options", Heading: "Why a restart fails", Text: "Wait some time: it is in TIME_WAIT. Fast, then open."},
	{URL: "fast", Title: "Socket options", Heading: "Bytes in the first packet", Text: "This is TCP Fast Open, with a cookie."},
	{URL: "zh", Title: "套接字选项", Heading: "监听队列有两个", Text: "监听队列满了，内核就丢弃新的连接请求；客户端会重传 SYN。"},
}

func TestTheBestHitComesFirst(t *testing.T) {
	index := New(corpus)
	for query, want := range map[string]string{
		"accept": "accept", "glut": "glutton", "GLUTTON freezes": "glutton", "freezes glut": "glutton",
		"l.flush": "accept", "l.flush(c)": "accept", "loop.flush": "code:flush", "epoll_pw": "glutton",
		"tcp_nodelay": "nodelay", "TCP_NODELAY": "nodelay", "nodelay": "nodelay", "waker": "glutton", "loop.acc": "code:accept", "reset": "nodelay",
		"time_wait": "wait", "fast open": "fast", "socket opt": "nodelay", "监听队列": "zh", "客户端 syn": "zh",
		"glutton nowhere": "", "": "", " \t": "", "pending": "code:flush",
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

func TestASnippetShowsWhereItWasFound(t *testing.T) {
	filler := strings.Repeat("many other words, ", 20)
	hits := New([]Document{{Heading: "The READER", Text: filler + "one lonely\n\treader of pages" + " " + filler}}).Find("reader of pag", 1)
	if len(hits) != 1 || shown(hits[0].Marked) != "The [READER]" {
		t.Fatalf("%v", hits)
	}
	if found := shown(hits[0].Snippet); !strings.Contains(found, "… other words, one lonely [reader] [of] [pag]es many") &&
		!strings.Contains(found, " one lonely [reader] [of] [pag]es many") {
		t.Errorf("the snippet is %q", found)
	}
}

func shown(pieces []Piece) (all string) {
	for _, p := range pieces {
		if p.Match {
			p.Text = "[" + p.Text + "]"
		}
		all += p.Text
	}
	return all
}

func FuzzFind(f *testing.F) {
	f.Add("The glutton freezes EVERYONE", "glut", 0)
	f.Add("监听队列满了，内核就丢弃新的连接请求", "监听", 3)
	f.Add("ReadFromUDPAddrPort İstanbul \xff\xfe e\u0301", "readfrom i\u0307", 200)
	f.Fuzz(func(t *testing.T, text, query string, padding int) {
		text = strings.Repeat("é ", max(0, min(padding, 300))) + text
		for _, hit := range New([]Document{{Heading: text, Text: text}}).Find(query, 5) {
			for _, p := range append(hit.Snippet, hit.Marked...) {
				if !utf8.ValidString(p.Text) {
					t.Fatalf("%q is cut inside a character", p.Text)
				}
				if p.Match && !strings.Contains(strings.ToLower(query), strings.ToLower(p.Text)) && utf8.ValidString(query) {
					t.Fatalf("%q is marked for %q", p.Text, query)
				}
			}
		}
	})
}

func BenchmarkFind(b *testing.B) {
	index := New([]Document{{Heading: "x", Text: strings.Repeat("the server reads what the client writes ", 50_000)}}) // 2 MB
	for b.Loop() {
		index.Find("the server client nowhere", 20)
	}
}
