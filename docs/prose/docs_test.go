package prose_test

import (
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onthewire/docs/prose"
)

const root = "../.."

// Its result depends on more than Go can see: run it with -count=1.
func TestTheDocumentsAreInSync(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the documents show what Linux prints")
	}
	if _, err := exec.LookPath("make"); err != nil {
		t.Skipf("no make here: %v", err)
	}
	repo := prose.Repo{Files: os.DirFS(root), Run: prose.Programs(root)}
	documents, err := repo.Documents()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range documents {
		t.Run(name, func(t *testing.T) {
			is, err := fs.ReadFile(repo.Files, name)
			if err != nil {
				t.Fatal(err)
			}
			wanted, err := repo.Sync(name, is)
			if err != nil {
				t.Errorf("its problems:\n%v", err)
			}
			if diff := cmp.Diff(string(is), string(wanted)); diff != "" {
				t.Errorf("make sync would change it:\n%s", diff)
			}
		})
	}
}
