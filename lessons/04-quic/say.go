package main

import (
	"context"
	"fmt"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/echo"
	"onthewire/lessons/internal/devcert"
)

type sayCommand struct {
	Addr string `default:"127.0.0.1:5000" help:"HOST:PORT of the server."`
	Text string `arg:"" optional:"" default:"Hello, QUIC!" help:"What to say."`
	Name string `default:"localhost" help:"The name that the server's certificate has to be for."`
}

func (c sayCommand) Run(ctx context.Context) error {
	authority, err := devcert.Load()
	if err != nil {
		return err
	}
	conn, err := quic.DialAddr(ctx, c.Addr, echo.ClientTLS(authority.Pool(), c.Name), nil)
	if err != nil {
		return err
	}
	defer conn.CloseWithError(0, "")
	answer, err := echo.Say(ctx, conn, []byte(c.Text))
	if err != nil {
		return err
	}
	fmt.Printf("%s\n", answer)
	return nil
}
