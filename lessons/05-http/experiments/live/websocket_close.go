package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"onthewire/lessons/05-http/site"
	"onthewire/lessons/internal/experiment"
)

// WebSocketClose ends a WebSocket in several ways, and asks the client how it has heard of it.
var WebSocketClose = experiment.Experiment{
	Name:      "websocket-close",
	Subjects:  []string{"WebSocket", "RFC 6455, 7.4", "close frame", "context", "coder/websocket"},
	About:     "A WebSocket ends on the server's side: what the client is told",
	Simulated: true,
	Do:        webSocketClose,
}

// short is for a read of which the experiment wants to see the end.
const short = 50 * time.Millisecond

func webSocketClose(ctx context.Context, r *experiment.Report) error {
	expired := make(chan [2]error, 1)
	mux := http.NewServeMux()
	mux.Handle("/ws", new(site.Site).Handler())
	mux.HandleFunc("/bye", accepted(func(conn *websocket.Conn) { conn.Close(websocket.StatusGoingAway, "the server stops") }))
	mux.HandleFunc("/now", accepted(func(conn *websocket.Conn) { conn.CloseNow() }))
	mux.HandleFunc("/expires", accepted(func(conn *websocket.Conn) {
		ctx, cancel := context.WithTimeout(context.Background(), short)
		defer cancel()
		_, _, read := conn.Read(ctx)
		expired <- [2]error{read, conn.Write(context.Background(), websocket.MessageText, []byte("still there?"))}
	}))
	ways := []struct {
		how, path string
		says      int // bytes of the client's message, if it sends one
		want      websocket.StatusCode
	}{
		{"Close(1001, …)", "/bye", 0, websocket.StatusGoingAway},
		{"a message above the read limit", "/ws", site.MaxMessage + 1, websocket.StatusMessageTooBig},
		{"CloseNow", "/now", 0, -1},
		{"the context of a Read expires", "/expires", 0, -1},
	}
	r.Shown = true
	err := inside(mux, func(client *http.Client) error {
		for _, way := range ways {
			told, err := ending(ctx, client, way.path, way.says)
			if err != nil {
				return err
			}
			status := websocket.CloseStatus(told)
			seen := "no close frame, the connection ends"
			if status != -1 {
				seen = fmt.Sprintf("close frame, %d", status)
			}
			r.Add(way.how, seen)
			r.Shown = r.Shown && status == way.want && (status != -1 || errors.Is(told, io.EOF))
		}
		return nil
	})
	if err != nil {
		return err
	}
	seen := <-expired
	r.Add("  the server's Read says", seen[0])
	r.Add("  its next Write, with another context", seen[1])
	r.Shown = r.Shown && errors.Is(seen[0], context.DeadlineExceeded) && seen[1] != nil
	r.Says = "Who closes says why, and a message that is too large is answered by 1009. A context that expires takes the connection with it, and the client hears nothing of the reason."
	return nil
}

// ending says something, if anything, and reads until the WebSocket ends.
func ending(ctx context.Context, client *http.Client, path string, says int) (told, err error) {
	conn, _, err := websocket.Dial(ctx, "ws://server"+path, &websocket.DialOptions{HTTPClient: client})
	if err != nil {
		return nil, err
	}
	defer conn.CloseNow()
	if says > 0 {
		if err := conn.Write(ctx, websocket.MessageBinary, make([]byte, says)); err != nil {
			return nil, err
		}
	}
	_, _, told = conn.Read(ctx)
	return told, ctx.Err()
}

func accepted(then func(*websocket.Conn)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return // it has answered
		}
		defer conn.CloseNow()
		then(conn)
	}
}
