// Command sync brings the documents of this repository up to date with its code: make sync
// does so for all, and sync FILE… for some.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"onthewire/docs/prose"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	if _, err := os.Stat("docs/prose"); err != nil {
		return fmt.Errorf("%w; run make sync in the folder of the Makefile", err)
	}
	repo := prose.Repo{Files: os.DirFS("."), Run: prose.Programs(".")}
	documents := os.Args[1:]
	if len(documents) == 0 {
		var err error
		if documents, err = repo.Documents(); err != nil {
			return err
		}
	}
	var problems []error
	for _, name := range documents {
		old, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		text, err := repo.Sync(name, old)
		if err != nil {
			problems = append(problems, err)
		}
		if bytes.Equal(text, old) {
			continue
		}
		if err := os.WriteFile(name, text, 0o644); err != nil {
			return err
		}
		fmt.Println("wrote", name)
	}
	return errors.Join(problems...)
}
