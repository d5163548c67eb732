package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"onthewire/lessons/04-quic/files/client"
	"onthewire/lessons/04-quic/files/store"
	"onthewire/lessons/04-quic/files/wire"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/stage"
)

type filesLsCommand struct {
	filesClient
	Folder string `arg:"" optional:"" default:"." help:"A folder or a file of the server."`
}

func (c filesLsCommand) Run(ctx context.Context) error {
	client, done, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer done()
	files, err := client.List(ctx, c.Folder)
	if err != nil {
		return c.advise(fmt.Errorf("list %s: %w", c.Folder, err), "the same command")
	}
	for _, f := range files {
		fmt.Printf("%v %15s %s  %s\n", f.Mode, stage.Number(f.Size), f.Time.Format("2006-01-02 15:04"), f.Name)
	}
	return nil
}

type filesGetCommand struct {
	filesClient
	Names []string `arg:"" name:"name" help:"Files and folders of the server."`
	Into  string   `short:"o" name:"into" default:"." help:"The folder in which to put them."`
	Sync  bool     `default:"true" negatable:"" help:"Have a file on the disk before it gets its name. Only who measures would not."`
}

func (c filesGetCommand) Run(ctx context.Context) error {
	into, err := store.Open(c.Into)
	if err != nil {
		return cli.Advise(err, "-o takes a folder that is there")
	}
	defer into.Close()
	into.Sync = c.Sync
	client, done, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer done()
	again := "bin/lesson4 " + strings.Join(os.Args[1:], " ")
	var missing []wire.Header
	for _, name := range c.Names {
		there, err := client.List(ctx, name)
		if err != nil {
			return c.advise(fmt.Errorf("get %s: %w", name, err), again)
		}
		for _, file := range there {
			if about, err := os.Stat(filepath.Join(c.Into, filepath.FromSlash(file.Name))); err != nil || about.Size() != file.Size || !about.ModTime().Equal(file.Time) {
				missing = append(missing, file)
			}
		}
	}
	return c.transfer(ctx, client, missing, again, func(names []string) error { return client.Get(ctx, into, names...) })
}

// transfer does it with a line that says how far it has come.
func (c *filesClient) transfer(ctx context.Context, client *client.Client, files []wire.Header, again string, do func(names []string) error) error {
	var names []string
	var size int64
	for _, f := range files {
		names = append(names, f.Name)
		size += f.Size
	}
	begun := time.Now()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				progress(client.Bytes.Load(), size, int(client.Files.Load()), len(files), time.Since(begun))
			case <-stop:
				cli.ProgressDone()
				return
			}
		}
	}()
	err := do(names)
	close(stop)
	<-stopped
	if ctx.Err() != nil {
		fmt.Fprintln(os.Stderr, "what has come is kept; go on with", again)
		return context.Canceled
	}
	if err != nil {
		return c.advise(err, again)
	}
	fmt.Printf("%s files, %s bytes in %s\n", stage.Number(int(client.Files.Load())), stage.Number(client.Bytes.Load()), stage.Time(time.Since(begun)))
	return nil
}

// progress draws how far it has come.
func progress(bytes, size int64, files, all int, took time.Duration) {
	share := 1.0
	if size > 0 {
		share = min(1, float64(bytes)/float64(size))
	}
	rate := float64(bytes) / took.Seconds()
	left := "?"
	if rate > 0 {
		left = time.Duration(float64(size-bytes) / rate * float64(time.Second)).Round(time.Second).String()
	}
	const width = 20
	full := int(share * width)
	cli.Progress("[%s%s] %3.0f %%  %.0f MB/s  %s left  %d of %d files", strings.Repeat("#", full), strings.Repeat(".", width-full), 100*share, rate/1e6, left, files, all)
}

type filesPutCommand struct {
	filesClient
	Files []string `arg:"" name:"file" help:"Files and folders to send. They keep their names, without the folders above."`
}

func (c filesPutCommand) Run(ctx context.Context) error {
	client, done, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer done()
	again := "bin/lesson4 " + strings.Join(os.Args[1:], " ")
	var failed error
	for _, path := range c.Files {
		absolute, err := filepath.Abs(path)
		if err != nil {
			return err
		}
		if err := c.put(ctx, client, filepath.Dir(absolute), filepath.Base(absolute), again); err != nil {
			failed = errors.Join(failed, err)
		}
		if ctx.Err() != nil {
			return failed
		}
	}
	return failed
}

// put sends a file, or all below a folder.
func (c *filesPutCommand) put(ctx context.Context, client *client.Client, dir, name, again string) error {
	from, err := store.Open(dir)
	if err != nil {
		return err
	}
	defer from.Close()
	var files []wire.Header
	if err := from.Walk(name, func(name string, about os.FileInfo) error {
		files = append(files, wire.Header{Name: name, Size: about.Size()})
		return nil
	}); err != nil {
		return cli.Advise(fmt.Errorf("put: %w", err), "see what is there")
	}
	return c.transfer(ctx, client, files, again, func(names []string) error { return client.Put(ctx, from, names...) })
}
