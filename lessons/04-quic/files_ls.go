package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"onthewire/lessons/internal/stage"
)

type filesLsCommand struct {
	filesClient
	Folder string `arg:"" optional:"" default:"." help:"A folder or a file of the server."`
	JSON   bool   `help:"Print JSON, a line for each file."`
}

func (c filesLsCommand) Run(ctx context.Context) (err error) {
	v, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	files, err := v.List(ctx, c.Folder)
	if err != nil {
		return v.advise(fmt.Errorf("list %s: %w", c.Folder, err))
	}
	for _, f := range files {
		if !c.JSON {
			fmt.Printf("%v %15s  %s  %s\n", f.Mode, stage.Number(f.Size), f.Time.Format("2006-01-02 15:04"), f.Name)
			continue
		}
		if err := json.NewEncoder(os.Stdout).Encode(struct {
			Name string    `json:"name"`
			Size int64     `json:"size"`
			Time time.Time `json:"time"`
			Mode string    `json:"mode"`
		}{f.Name, f.Size, f.Time, fmt.Sprintf("%04o", f.Mode)}); err != nil {
			return err
		}
	}
	return nil
}
