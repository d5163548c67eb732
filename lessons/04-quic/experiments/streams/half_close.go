package streams

import (
	"context"
	"errors"
	"fmt"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/internal/experiment"
)

// HalfClose changes what one side calls on a stream, and looks at what the other side is told.
var HalfClose = experiment.Experiment{
	Name:      "half-close",
	Subjects:  []string{"STREAM FIN", "RESET_STREAM", "STOP_SENDING"},
	About:     "OpenStream, Close, CancelWrite, CancelRead: what the peer is told",
	Simulated: true,
	Do:        halfClose,
}

func halfClose(ctx context.Context, r *experiment.Report) error {
	p, err := open(delay, nil)
	if err != nil {
		return err
	}
	defer p.Close()
	client, server, _, err := p.meet(ctx, nil)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { client.CloseWithError(0, "called off") })()

	// stream is a new one, on which the server has read a first byte.
	stream := func() (ours, theirs *quic.Stream, err error) {
		if ours, err = client.OpenStreamSync(ctx); err == nil {
			ours.Write([]byte("h"))
			theirs, err = server.AcceptStream(ctx)
		}
		if err == nil {
			_, err = theirs.Read(make([]byte, 1))
		}
		return ours, theirs, err
	}

	opened, err := client.OpenStreamSync(ctx)
	if err != nil {
		return err
	}
	wait, cancel := context.WithTimeout(ctx, 10*delay)
	_, err = server.AcceptStream(wait)
	cancel()
	opened.Write([]byte("h"))
	accepted, _ := server.AcceptStream(ctx)
	r.Add("after OpenStream, the peer accepts", err == nil)
	r.Add("  after Write, it does", accepted != nil)
	r.Shown = err != nil && accepted != nil

	ours, theirs, err := stream()
	if err != nil {
		return err
	}
	ours.Close()
	_, peerReads := theirs.Read(make([]byte, 1))
	_, weWrite := ours.Write([]byte("h"))
	theirs.Write([]byte(text))
	theirs.Close()
	answer := string(all(ours))
	r.Add("after Close, the peer reads", told(peerReads))
	r.Add("  we write", told(weWrite))
	r.Add("  we go on reading", fmt.Sprintf("%q", answer))
	r.Shown = r.Shown && told(peerReads) == "EOF" && errors.Is(weWrite, quic.ErrStreamClosed) && answer == text

	if ours, theirs, err = stream(); err != nil {
		return err
	}
	ours.CancelWrite(7)
	_, peerReads = theirs.Read(make([]byte, 1))
	theirs.Write([]byte(text))
	theirs.Close()
	answer = string(all(ours))
	r.Add("after CancelWrite(7), the peer reads", told(peerReads))
	r.Add("  we go on reading", fmt.Sprintf("%q", answer))
	r.Shown = r.Shown && told(peerReads) == "code 7 from the peer" && answer == text

	if ours, theirs, err = stream(); err != nil {
		return err
	}
	ours.CancelRead(8)
	<-theirs.Context().Done() // the peer is told, also if it does not write
	_, peerWrites := theirs.Write([]byte(text))
	_, weRead := ours.Read(make([]byte, 1))
	ours.Write([]byte(text))
	ours.Close()
	heard := string(all(theirs))
	r.Add("after CancelRead(8), the peer writes", told(peerWrites))
	r.Add("  we read", told(weRead))
	r.Add("  the peer goes on reading", fmt.Sprintf("%q", heard))
	r.Shown = r.Shown && told(peerWrites) == "code 8 from the peer" && heard == text
	r.Says = "Each of the three ends one direction. The other one goes on until somebody ends that too."
	return nil
}

// told is what an error tells, in a few words.
func told(err error) string {
	reset, ok := errors.AsType[*quic.StreamError](err)
	switch {
	case ok && reset.Remote:
		return fmt.Sprintf("code %d from the peer", reset.ErrorCode)
	case ok:
		return fmt.Sprintf("code %d, our own", reset.ErrorCode)
	}
	return fmt.Sprint(err)
}
