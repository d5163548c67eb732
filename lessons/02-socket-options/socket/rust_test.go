//go:build linux

package socket_test

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"onthewire/lessons/02-socket-options/options"
	"onthewire/lessons/02-socket-options/socket"
)

const fromRust = "../../../docs/from-rust.md"

func fromRustText(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(fromRust)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestFromRustNamesEveryMethodOfSocket2(t *testing.T) {
	list, err := os.ReadFile("testdata/socket2-0.6.4.txt")
	if err != nil {
		t.Fatal(err)
	}
	methods := map[string]bool{}
	for _, name := range strings.Fields(string(list)) {
		methods[name] = true
	}
	_, part, found := strings.Cut(fromRustText(t), `<a id="socket2"></a>`)
	if !found {
		t.Fatal("the page has no part on socket2")
	}
	part, _, _ = strings.Cut(part, `<a id="udp"></a>`)
	quoted := regexp.MustCompile("`([^`]+)`")
	named := map[string]bool{}
	inTable := false
	for _, line := range strings.Split(part, "\n") {
		if strings.HasPrefix(line, "| socket2 |") {
			inTable = true
			continue
		}
		if !strings.HasPrefix(line, "|") {
			inTable = false
		}
		if !inTable {
			continue
		}
		for _, name := range quoted.FindAllStringSubmatch(strings.Split(line, "|")[1], -1) {
			named[name[1]] = true
			if !methods[name[1]] {
				t.Errorf("socket2 0.6.4 has no method %s", name[1])
			}
		}
	}
	for name := range methods {
		if !named[name] {
			t.Errorf("no table names %s", name)
		}
	}
}

// The table of options and the page name the same things, and the page says where an option
// is missing: it names the systems that have it, or those that do not.
func TestFromRustSaysOfEachOptionWhatTheTableSays(t *testing.T) {
	rows := map[string][]string{}
	for line := range strings.Lines(fromRustText(t)) {
		if cells := strings.Split(line, "|"); len(cells) == 6 {
			for _, name := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(cells[1], -1) {
				rows[name[1]] = cells
			}
		}
	}
	systems := map[string]string{"linux": "Linux", "darwin": "macOS", "freebsd": "FreeBSD", "netbsd": "NetBSD",
		"openbsd": "OpenBSD", "dragonfly": "DragonFly", "windows": "Windows"}
	keepAlive := map[string]string{"TCP_KEEPIDLE": "tcp_keepalive_time", "TCP_KEEPINTVL": "tcp_keepalive_interval", "TCP_KEEPCNT": "tcp_keepalive_retries"}
	for _, o := range options.Table {
		name := o.Socket2
		if reads := keepAlive[o.Name]; reads != "" { // one method sets three, and three read them
			name = reads
		}
		cells := rows[name]
		switch {
		case o.Socket2 == "":
			continue
		case cells == nil:
			t.Errorf("%s: no row of the page has %s", o.Name, name)
			continue
		case !strings.Contains(cells[3], "`unix."+o.Name+"`"):
			t.Errorf("%s: the row of %s names another option:%s", o.Name, name, cells[3])
		case o.Method != "" && !strings.Contains(cells[2], "`Socket."+o.Method+"`"):
			t.Errorf("%s: the row of %s does not name Socket.%s:%s", o.Name, name, o.Method, cells[2])
		}
		has := strings.Fields(strings.Replace(o.Has, "bsd", "freebsd netbsd openbsd dragonfly", 1))
		if strings.Contains(o.Has, "freebsd") { // and not all four
			has = strings.Fields(o.Has)
		}
		named, missing := true, true
		for goos, system := range systems {
			if slices.Contains(has, goos) {
				named = named && strings.Contains(cells[4], system)
			} else {
				missing = missing && strings.Contains(cells[4], "not on "+system)
			}
		}
		if !named && !missing {
			t.Errorf("%s is on %s, and the row of %s says:%s", o.Name, o.Has, name, cells[4])
		}
	}
}

func TestFromRustNamesWhatThisPackageAndNetHave(t *testing.T) {
	text := fromRustText(t)
	kind := reflect.TypeFor[*socket.Socket]()
	for _, m := range regexp.MustCompile("`Socket\\.(\\w+)`").FindAllStringSubmatch(text, -1) {
		if _, has := kind.MethodByName(m[1]); !has {
			t.Errorf("*socket.Socket has no method %s", m[1])
		}
	}
	here := map[string]any{
		"New": socket.New, "From": socket.From, "Ref": socket.Ref, "KeepAlive": socket.KeepAlive{},
		"IPv4": socket.IPv4, "IPv6": socket.IPv6, "Stream": socket.Stream, "Datagram": socket.Datagram,
	}
	for _, m := range regexp.MustCompile("`socket\\.([A-Z]\\w*)").FindAllStringSubmatch(text, -1) {
		if here[m[1]] == nil {
			t.Errorf("the test knows no socket.%s", m[1])
		}
	}
	types := map[string]reflect.Type{
		"TCPConn": reflect.TypeFor[*net.TCPConn](), "UDPConn": reflect.TypeFor[*net.UDPConn](),
		"TCPListener": reflect.TypeFor[*net.TCPListener](), "Dialer": reflect.TypeFor[*net.Dialer](),
		"ListenConfig": reflect.TypeFor[*net.ListenConfig](), "Buffers": reflect.TypeFor[*net.Buffers](),
	}
	for _, m := range regexp.MustCompile("`net\\.(\\w+)\\.(\\w+)`").FindAllStringSubmatch(text, -1) {
		kind, known := types[m[1]]
		if !known {
			t.Errorf("the test knows no net.%s", m[1])
			continue
		}
		_, has := kind.MethodByName(m[2])
		if !has && kind.Elem().Kind() == reflect.Struct {
			_, has = kind.Elem().FieldByName(m[2])
		}
		if !has {
			t.Errorf("net.%s has no %s", m[1], m[2])
		}
	}
}

func TestFromRustNamesWhatUnixHas(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", "{{.Dir}}", "golang.org/x/sys/unix").Output()
	if err != nil {
		t.Skipf("the go tool does not find golang.org/x/sys/unix: %v", err)
	}
	system := build.Default
	system.GOOS, system.CgoEnabled = "linux", false
	pkg, err := system.ImportDir(strings.TrimSpace(string(out)), 0)
	if err != nil {
		t.Fatal(err)
	}
	has := map[string]bool{}
	for _, name := range pkg.GoFiles {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(pkg.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if decl.Recv == nil {
					has[decl.Name.Name] = true
				}
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					switch spec := spec.(type) {
					case *ast.ValueSpec:
						for _, name := range spec.Names {
							has[name.Name] = true
						}
					case *ast.TypeSpec:
						has[spec.Name.Name] = true
					}
				}
			}
		}
	}
	for _, m := range regexp.MustCompile("`unix\\.(\\w+)").FindAllStringSubmatch(fromRustText(t), -1) {
		if !has[m[1]] {
			t.Errorf("golang.org/x/sys/unix has no %s on Linux", m[1])
		}
	}
}
