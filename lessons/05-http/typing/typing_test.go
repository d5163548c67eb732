package typing

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/leak"
)

// talk types into one end of a connection, and returns its other end, the pieces as they are
// shown, and how it has ended.
func talk(t *testing.T, ctx context.Context, k Keyboard) (*experiment.Pair, <-chan Piece, <-chan error) {
	t.Helper()
	pair, err := experiment.Loopback(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pair.Close)
	pair.Server.SetDeadline(time.Now().Add(10 * time.Second))
	shown, ended := make(chan Piece, 100), make(chan error, 1)
	go func() {
		ended <- k.Talk(ctx, pair.Client, func(p Piece) { shown <- p })
		close(shown)
	}()
	return pair, shown, ended
}

func TestALineEndsWithCRAndLFHoweverItComesFromTheKeyboard(t *testing.T) {
	const typed = "GET / HTTP/1.1\nHost: x\r\n\n\rhalf"
	const want = "GET / HTTP/1.1\r\nHost: x\r\n\r\n\rhalf"
	for name, from := range map[string]io.Reader{
		"at once":      strings.NewReader(typed),
		"byte by byte": iotest.OneByteReader(strings.NewReader(typed)),
	} {
		pair, _, _ := talk(t, t.Context(), Keyboard{From: from})
		if got, err := io.ReadAll(pair.Server); string(got) != want || err != nil {
			t.Errorf("%s: %q has arrived as %q, %v", name, typed, got, err)
		}
	}
}

func TestBareBytesArriveAsTheyAre(t *testing.T) {
	const typed = "GET / HTTP/1.1\nHost: x\r\n\n"
	pair, _, _ := talk(t, t.Context(), Keyboard{From: strings.NewReader(typed), Bare: true})
	if got, err := io.ReadAll(pair.Server); string(got) != typed || err != nil {
		t.Errorf("%q has arrived as %q, %v", typed, got, err)
	}
}

func TestAnAnswerIsShownBeforeTheNextLineIsTyped(t *testing.T) {
	leak.Check(t)
	keyboard, hand := io.Pipe()
	pair, shown, ended := talk(t, t.Context(), Keyboard{From: keyboard})
	io.WriteString(hand, "one\n")
	if p := <-shown; !p.Sent || string(p.Bytes) != "one\r\n" {
		t.Fatalf("shown is %+v", p)
	}
	io.WriteString(pair.Server, "answer")
	if p := <-shown; p.Sent || string(p.Bytes) != "answer" {
		t.Fatalf("shown is %+v", p)
	}
	hand.Close()
	if p := <-shown; !p.Sent || p.Bytes != nil {
		t.Fatalf("shown is %+v", p)
	}
	if rest, err := io.ReadAll(pair.Server); string(rest) != "one\r\n" || err != nil {
		t.Errorf("the peer has read %q, %v", rest, err)
	}
	io.WriteString(pair.Server, "late") // only our half is closed
	pair.Server.CloseWrite()
	var late []byte
	for p := range shown {
		late = append(late, p.Bytes...)
	}
	if err := <-ended; string(late) != "late" || err != nil {
		t.Errorf("at the end %q has come, %v", late, err)
	}
}

func TestAPeerThatAnswersBeforeItReadsHoldsNobodyUp(t *testing.T) {
	const size = 8 << 20 // more than the kernel takes both ways
	pair, shown, ended := talk(t, t.Context(), Keyboard{From: strings.NewReader(strings.Repeat(strings.Repeat("a", 1<<16-1)+"\n", size>>16))})
	go func() {
		io.WriteString(pair.Server, strings.Repeat("b", size))
		io.Copy(io.Discard, pair.Server)
		pair.Server.CloseWrite()
	}()
	heard := 0
	for p := range shown {
		if !p.Sent {
			heard += len(p.Bytes)
		}
	}
	if err := <-ended; heard != size || err != nil {
		t.Errorf("%d bytes of %d were shown, %v", heard, size, err)
	}
}

func TestTalkEndsWithItsContextAlthoughNobodyTypes(t *testing.T) {
	keyboard, hand := io.Pipe()
	defer hand.Close()
	ctx, cancel := context.WithCancel(t.Context())
	pair, _, ended := talk(t, ctx, Keyboard{From: keyboard})
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("it ends with %v", err)
	}
	if _, err := pair.Server.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the peer reads %v, and not the end", err)
	}
}

func TestABrokenKeyboardIsAnError(t *testing.T) {
	broken := errors.New("broken")
	_, _, ended := talk(t, t.Context(), Keyboard{From: iotest.ErrReader(broken)})
	if err := <-ended; !errors.Is(err, broken) {
		t.Errorf("it ends with %v", err)
	}
}
