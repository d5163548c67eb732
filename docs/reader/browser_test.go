package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axe is put there by .ci/run.
const axe = "../../bin/axe.min.js"

// A browser is a real one, with a tab that complains of what a reader's would.
type browser struct {
	t       *testing.T
	ctx     context.Context
	address string

	mu         sync.Mutex
	complaints []string
}

func open(t *testing.T, address string) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		t.Skip("there is no chromium or google-chrome here")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(closeTab)
	if err := chromedp.Do(ctx); err != nil { // it starts here, without a timeout
		t.Fatal(err)
	}
	b := &browser{t: t, ctx: ctx, address: "http://" + address}
	b.watch()
	return b
}

// watch collects what the console says, and requests that go elsewhere.
func (b *browser) watch() {
	exceptions := chromedp.Events(b.ctx, runtime.ExceptionThrown)
	console := chromedp.Events(b.ctx, runtime.ConsoleAPICalled)
	entries := chromedp.Events(b.ctx, cdplog.EntryAdded)
	requests := chromedp.Events(b.ctx, network.RequestWillBeSent)
	go func() {
		for e := range exceptions {
			if e.ExceptionDetails != nil {
				b.complain("exception: %s %s", e.ExceptionDetails.Text, e.ExceptionDetails.URL)
			}
		}
	}()
	go func() {
		for e := range console {
			if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
				b.complain("console: %s", e.Type)
			}
		}
	}()
	go func() {
		for e := range entries {
			if e.Entry != nil {
				b.complain("log: %s %s", e.Entry.Text, e.Entry.URL)
			}
		}
	}()
	go func() {
		for e := range requests {
			if e.Request != nil && !strings.HasPrefix(e.Request.URL, b.address+"/") {
				b.complain("it asked elsewhere: %s", e.Request.URL)
			}
		}
	}()
	b.do(command(cdplog.Enable, cdp.Empty{}), command(network.Enable, network.EnableParams{}))
}

func (b *browser) complain(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.complaints = append(b.complaints, fmt.Sprintf(format, args...))
}

// quiet fails the test with what the browser has complained of since it was last asked.
func (b *browser) quiet(page string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, complaint := range b.complaints {
		b.t.Errorf("%s: %s", page, complaint)
	}
	b.complaints = nil
}

// command is a command of the browser's protocol.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) visit(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.address + path))
}

// look sets the width of the window and the theme of the system.
func (b *browser) look(width int64, theme string) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, 900), command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
	}))
}

// value is what an expression of JavaScript comes to.
func value[T any](b *browser, js string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%.60s: %v", js, err)
	}
	return got
}

// until waits for a condition, frame by frame.
func (b *browser) until(js string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](js)); err != nil {
		b.t.Fatalf("never came true: %s: %v", js, err)
	}
}

// at waits for a page to have come after a key or a click.
func (b *browser) at(path string) {
	b.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; {
		ctx, cancel := context.WithTimeout(b.ctx, time.Second)
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.readyState === "complete" ? location.pathname : ""`))
		cancel()
		if err == nil && got == path {
			return
		}
		if time.Now().After(end) {
			b.t.Fatalf("the page is %q, not %s (%v)", got, path, err)
		}
	}
}
