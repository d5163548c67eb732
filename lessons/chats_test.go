package lessons

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// A chat's scaffold serves only with a solution in it. So both are put in place, the answer
// and the test, for one run of go test.
func TestTheChatsStandWhatClientsDo(t *testing.T) {
	t.Parallel()
	for folder, answer := range map[string]string{
		"01-event-loop/exercises/3-chat":         "chat.go",
		"02-socket-options/exercises/3-vanished": "prepare.go",
	} {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			if runtime.GOOS != "linux" && answer == "prepare.go" {
				t.Skip("the answer sets TCP_USER_TIMEOUT, and only Linux has it")
			}
			here, err := filepath.Abs(folder)
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(map[string]any{"Replace": map[string]string{
				filepath.Join(here, answer):           filepath.Join(here, "testdata/solution", answer),
				filepath.Join(here, "stands_test.go"): filepath.Join(here, "testdata/stands/stands_test.go"),
			}})
			if err != nil {
				t.Fatal(err)
			}
			overlay := filepath.Join(t.TempDir(), "overlay.json")
			if err := os.WriteFile(overlay, text, 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command("go", "test", "-count=1", "-overlay="+overlay, "-run=Stands", "./"+folder).CombinedOutput()
			if err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
