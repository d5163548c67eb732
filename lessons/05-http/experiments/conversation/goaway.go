package conversation

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"onthewire/lessons/05-http/frames"
	"onthewire/lessons/05-http/frames/local"
	"onthewire/lessons/internal/experiment"
)

// GoAway stops a server in the middle of an answer.
var GoAway = experiment.Experiment{
	Name:      "goaway",
	Subjects:  []string{"GOAWAY", "http.Server.Shutdown"},
	About:     "A server stops in the middle of an answer, and its client asks once more",
	Simulated: true,
	Do:        goAway,
}

func goAway(ctx context.Context, r *experiment.Report) error {
	stopped := make(chan struct{})
	server, err := local.StartMemory(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "hello, ")
		http.NewResponseController(w).Flush()
		select {
		case <-stopped:
		case <-r.Context().Done():
		}
		io.WriteString(w, "wire\n")
	}))
	if err != nil {
		return err
	}
	defer server.Close()
	conn, err := server.Connect(ctx)
	if err != nil {
		return err
	}
	var stopping sync.WaitGroup
	defer stopping.Wait()
	var once sync.Once
	var said []string
	c, err := frames.Start(ctx, conn, func(f frames.Frame) {
		if f.From == frames.Client {
			return
		}
		switch f.Type {
		case "DATA":
			once.Do(func() { stopping.Go(func() { server.HTTP.Shutdown(ctx) }) })
		case "GOAWAY":
			if said = append(said, strings.Join(f.Says, ", ")); len(said) == 1 {
				close(stopped)
			}
		}
	})
	if err != nil {
		return err
	}
	defer c.Close()
	answer, err := c.Ask("/")
	if err != nil {
		return err
	}
	_, again := c.Ask("/")
	if again == nil {
		return errors.New("it answers after its GOAWAY")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	r.Add("the answer that was under way", fmt.Sprintf("%q", answer.Body))
	for _, words := range said {
		r.Add("GOAWAY", words)
	}
	r.Add("asked once more", again)
	r.Shown = string(answer.Body) == "hello, wire\n" && len(said) > 0
	r.Says = "GOAWAY says up to which stream there are answers. What has a greater number was not begun, so it may be asked of another server."
	return nil
}
