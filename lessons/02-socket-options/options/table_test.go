package options_test

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"onthewire/lessons/02-socket-options/options"
	"onthewire/lessons/02-socket-options/options/values"
	"onthewire/lessons/02-socket-options/socket"
)

var systems = strings.Fields("linux darwin freebsd netbsd openbsd dragonfly windows")

// otherwise is what a system calls an option when it does not call it as the others do.
var otherwise = map[string]string{
	"darwin TCP_KEEPIDLE": "TCP_KEEPALIVE",
	"darwin SO_LINGER":    "SO_LINGER_SEC",
}

func has(o options.Option, goos string) bool {
	words := strings.Fields(o.Has)
	bsd := goos == "dragonfly" || strings.HasSuffix(goos, "bsd")
	return slices.Contains(words, goos) || bsd && slices.Contains(words, "bsd")
}

// A wrong number sets another option, and no error tells. So each row's number has to be
// the constant of its own name, on each system, without one being run there.
func TestEachSystemsNumberIsTheConstantOfThatName(t *testing.T) {
	levels := map[string]string{"TCP": "IPPROTO_TCP", "SO": "SOL_SOCKET", "IP": "IPPROTO_IP", "IPV6": "IPPROTO_IPV6"}
	for _, goos := range systems {
		ours := numbers(t, goos)
		for _, o := range options.Table {
			number, here := ours[o.Name]
			if here != has(o, goos) {
				t.Errorf("%s on %s: a number %v, but the table says that %s have it", o.Name, goos, here, o.Has)
			}
			if !here {
				continue
			}
			name := o.Name
			if other := otherwise[goos+" "+name]; other != "" {
				name = other
			}
			prefix, _, _ := strings.Cut(name, "_")
			if want := [2]string{levels[prefix], name}; number != want {
				t.Errorf("%s on %s is %v, want %v", o.Name, goos, number, want)
			}
			delete(ours, o.Name)
		}
		for name := range ours {
			t.Errorf("%s has a number on %s, and no row in the table", name, goos)
		}
	}
}

func TestNoSystemHasAnOptionThatTheTableDeniesIt(t *testing.T) {
	for _, goos := range systems {
		there := constants(t, goos)
		for _, o := range options.Table {
			if there[o.Name] && !has(o, goos) {
				t.Errorf("golang.org/x/sys has %s on %s, and the table says that %s have it", o.Name, goos, o.Has)
			}
		}
	}
}

func TestARowHasWhatEveryRowHas(t *testing.T) {
	kinds := strings.Fields("bool int bytes seconds ms timeval linger text filter info")
	manual := regexp.MustCompile(`^(socket|tcp|ip|ipv6)\(7\)$|^networking/\w+(-\w+)*\.rst$`)
	seen := map[string]bool{}
	for _, o := range options.Table {
		for _, word := range strings.Fields(o.Has) {
			if word != "bsd" && !slices.Contains(systems, word) {
				t.Errorf("%s: Has names %q, which is no system", o.Name, word)
			}
		}
		if !manual.MatchString(o.Man) || !slices.Contains(kinds, o.Type) || o.Has == "" || o.Try == "" || seen[o.Name] {
			t.Errorf("a row without one of its words, or twice: %+v", o)
		}
		seen[o.Name] = true
		if _, _, err := options.Here(o.Name); (err == nil) != has(o, runtime.GOOS) {
			t.Errorf("%s here, on %s: %v; the table says that %s have it", o.Name, runtime.GOOS, err, o.Has)
		}
	}
}

func TestWhatDiffersOnWindowsIsThere(t *testing.T) {
	for name := range values.OnWindows {
		i := slices.IndexFunc(options.Table, func(o options.Option) bool { return o.Name == name })
		if i < 0 || !has(options.Table[i], "windows") {
			t.Errorf("%s is no option that Windows has", name)
		}
	}
}

func TestEveryMethodOfASocketIsInTheTableAndTheOtherWayRound(t *testing.T) {
	kind := reflect.TypeFor[*socket.Socket]()
	named := map[string]bool{"Nonblocking": true} // no option: fcntl's
	for _, o := range options.Table {
		if o.Method == "" {
			continue
		}
		named[o.Method] = true
		for _, name := range []string{o.Method, "Set" + o.Method} {
			if _, there := kind.MethodByName(name); !there {
				t.Errorf("%s: *socket.Socket has no method %s", o.Name, name)
			}
		}
	}
	for i := range kind.NumMethod() {
		if option, sets := strings.CutPrefix(kind.Method(i).Name, "Set"); sets && option != "" && !named[option] {
			t.Errorf("Socket.Set%s sets something that is not in the table", option)
		}
	}
}

// The kernel is asked by the number in the table, past the method.
func TestAMethodSetsTheOptionOfItsRow(t *testing.T) {
	for _, o := range options.Table {
		level, number, err := options.Here(o.Name)
		if err != nil || o.Method == "" || o.Type != "bool" {
			continue
		}
		family, typ := socket.IPv4, socket.Stream
		switch o.On {
		case options.Packet:
			typ = socket.Datagram
		case options.Six:
			family = socket.IPv6
		}
		s, err := socket.New(family, typ, 0)
		if err != nil && o.On == options.Six {
			t.Logf("no IPv6 here, so nothing is known of %s: %v", o.Name, err)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for _, on := range []bool{true, false, true} {
			arg := reflect.ValueOf(on)
			if o.Method == "KeepAlive" { // it is only ever turned on
				arg = reflect.ValueOf(socket.KeepAlive{})
				on = true
			}
			failed := reflect.ValueOf(s).MethodByName("Set" + o.Method).Call([]reflect.Value{arg})[0]
			value, err := s.Get(o.Name, level, number)
			if !failed.IsNil() || err != nil || (value != 0) != on {
				t.Errorf("after Socket.Set%s(%v) %s is %d: %v, %v", o.Method, on, o.Name, value, failed, err)
			}
		}
	}
}

// numbers reads our own files for a system: the names of level and option, by option.
func numbers(t *testing.T, goos string) map[string][2]string {
	t.Helper()
	all := map[string][2]string{}
	files := parse(t, ".", goos)
	// What a system has of its own takes precedence over what every Unix has.
	for _, shared := range []bool{true, false} {
		for _, file := range files {
			if shared != (file.name == "numbers_unix.go") || !strings.HasPrefix(file.name, "numbers_") {
				continue
			}
			ast.Inspect(file.ast, func(n ast.Node) bool {
				pair, ok := n.(*ast.KeyValueExpr)
				if !ok {
					return true
				}
				name, err := strconv.Unquote(pair.Key.(*ast.BasicLit).Value)
				number := pair.Value.(*ast.CompositeLit).Elts
				if err != nil {
					t.Fatal(err)
				}
				all[name] = [2]string{number[0].(*ast.SelectorExpr).Sel.Name, number[1].(*ast.SelectorExpr).Sel.Name}
				return false
			})
		}
	}
	return all
}

// constants is every constant that golang.org/x/sys has for a system.
func constants(t *testing.T, goos string) map[string]bool {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/sys").Output()
	module := strings.TrimSpace(string(out))
	if err != nil || module == "" { // it is in another user's cache
		t.Skipf("the go tool does not find golang.org/x/sys: %q, %v", module, err)
	}
	folder := filepath.Join(module, "unix")
	if goos == "windows" {
		folder = filepath.Join(folder, "../windows")
	}
	all := map[string]bool{}
	for _, file := range parse(t, folder, goos) {
		for _, decl := range file.ast.Decls {
			if group, ok := decl.(*ast.GenDecl); ok && group.Tok == token.CONST {
				for _, spec := range group.Specs {
					for _, name := range spec.(*ast.ValueSpec).Names {
						all[name.Name] = true
					}
				}
			}
		}
	}
	return all
}

type source struct {
	name string
	ast  *ast.File
}

// parse parses what a package is on a system.
func parse(t *testing.T, dir, goos string) (all []source) {
	t.Helper()
	system := build.Default
	system.GOOS, system.GOARCH, system.CgoEnabled = goos, "amd64", false
	pkg, err := system.ImportDir(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range pkg.GoFiles {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, source{name, file})
	}
	return all
}
