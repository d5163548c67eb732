package main

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
)

// open asks the system for its browser.
func open(ctx context.Context, url string) error {
	name, args := "xdg-open", []string{url}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", url}
	}
	if err := exec.CommandContext(ctx, name, args...).Start(); err != nil {
		return fmt.Errorf("open a browser: %w; open %s yourself", err, url)
	}
	return nil
}
