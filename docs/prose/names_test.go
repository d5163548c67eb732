package prose_test

import (
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// The packages that docs/from-rust.md names, by the name that stands before the dot.
var packages = map[string]string{
	"bufio": "bufio", "context": "context", "io": "io", "json": "encoding/json", "net": "net",
	"http": "net/http", "netip": "net/netip", "os": "os", "signal": "os/signal", "sync": "sync",
	"syscall": "syscall", "tls": "crypto/tls", "unix": "golang.org/x/sys/unix",
	"ipv4": "golang.org/x/net/ipv4", "ipv6": "golang.org/x/net/ipv6",
	"quic": "github.com/quic-go/quic-go", "http3": "github.com/quic-go/quic-go/http3",
	"socket": "onthewire/lessons/02-socket-options/socket", "h1": "onthewire/lessons/05-http/h1",
	"poller": "onthewire/lessons/01-event-loop/poller", "sock": "onthewire/lessons/01-event-loop/sock",
	"pool": "onthewire/lessons/05-http/pool", "proxy": "onthewire/lessons/05-http/proxy",
}

// Where a name stands without its package, it is of those that its part is about.
var parts = map[string][]string{
	"errors": {"net", "os"}, "mio": {"poller", "socket", "unix"}, "tokio": {"net"}, "socket2": {"socket", "net", "unix"},
	"udp": {"net"}, "quinn": {"quic", "tls"}, "hyper": {"http", "h1", "tls", "net", "http3"},
}

// The columns that hold Go.
var columns = []string{"here", "in Go", "quic-go", "here, or in net/http", "with golang.org/x/sys/unix", "what you ask for in Go"}

// What is no name of a package: words of the language, networks, a variable of the environment.
var words = []string{"go", "select", "func", "make", "byte", "tcp4", "tcp6", "QUIC_GO_DISABLE_GSO"}

func TestEachGoNameBesideARustOneExists(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the page names what golang.org/x/sys/unix has on Linux")
	}
	text, err := os.ReadFile(root + "/docs/from-rust.md")
	if err != nil {
		t.Fatal(err)
	}
	known := load(t)
	part, column, found := "", []int(nil), 0
	for number, line := range strings.Split(string(text), "\n") {
		if m := regexp.MustCompile(`^<a id="(\w+)"></a>$`).FindStringSubmatch(line); m != nil && parts[m[1]] != nil {
			part = m[1]
		}
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			column = nil
			continue
		}
		if column == nil { // a table begins
			for i, cell := range cells {
				if slices.Contains(columns, strings.TrimSpace(cell)) {
					column = append(column, i)
				}
			}
			continue
		}
		for _, i := range column {
			for _, code := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[i], -1) {
				name := regexp.MustCompile(`^[*\[\]]*(\w+(?:\.\w+)*)`).FindStringSubmatch(code[1])
				if name == nil || slices.Contains(words, name[1]) {
					continue
				}
				found++
				if err := known.exists(strings.Split(name[1], "."), parts[part]); err != nil {
					t.Errorf("docs/from-rust.md:%d: `%s`: %v", number+1, code[1], err)
				}
			}
		}
	}
	if found < 300 {
		t.Errorf("it has found only %d names", found)
	}
}

type knowledge map[string]*types.Package

// load reads the packages from what the go tool has compiled of them.
func load(t *testing.T) knowledge {
	t.Helper()
	args := []string{"list", "-export", "-deps", "-f", "{{if .Export}}{{.ImportPath}} {{.Export}}{{end}}"}
	for _, path := range packages {
		args = append(args, path)
	}
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		files[path] = file
	}
	from := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return os.Open(files[path]) })
	all := knowledge{}
	for name, path := range packages {
		if all[name], err = from.Import(path); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// exists follows a name, as net.TCPConn.Read, http.Server or Conn.OpenStream, to its end.
func (k knowledge) exists(name, near []string) error {
	if name[0] == "p" { // as the page says
		return anyOf(
			k.exists(append([]string{"ipv4", "PacketConn"}, name[1:]...), nil),
			k.exists(append([]string{"ipv6", "PacketConn"}, name[1:]...), nil))
	}
	if pkg := k[name[0]]; pkg != nil {
		if len(name) == 1 {
			return nil
		}
		object := pkg.Scope().Lookup(name[1])
		if object == nil || !object.Exported() {
			return fmt.Errorf("%s has no %s", pkg.Path(), name[1])
		}
		return follow(object, name[2:])
	}
	if !token.IsExported(name[0]) {
		return fmt.Errorf("the test knows no package %s", name[0])
	}
	last := fmt.Errorf("none of %v has it, nor has any of their types", near)
	for _, n := range near {
		scope := k[n].Scope()
		if object := scope.Lookup(name[0]); object != nil && follow(object, name[1:]) == nil {
			return nil
		}
		for _, of := range scope.Names() { // a method or a field, whose type the row has told
			if object, ok := scope.Lookup(of).(*types.TypeName); ok && object.Exported() && follow(object, name) == nil {
				return nil
			}
		}
	}
	return last
}

func follow(object types.Object, members []string) error {
	for _, member := range members {
		next, _, _ := types.LookupFieldOrMethod(object.Type(), true, object.Pkg(), member)
		if next == nil || !next.Exported() {
			return fmt.Errorf("%s has no %s", object.Name(), member)
		}
		object = next
	}
	return nil
}

func anyOf(errs ...error) error {
	if slices.Contains(errs, nil) {
		return nil
	}
	return errs[0]
}
