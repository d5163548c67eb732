package measure

import (
	"encoding/json"
	"io"
	"maps"
	"os"
	"runtime"
	"strings"
)

// A Machine says where figures were measured. What this system does not tell is empty.
type Machine struct {
	System string `json:"system"` // linux/amd64
	Kernel string `json:"kernel,omitempty"`
	CPU    string `json:"cpu,omitempty"`
	CPUs   int    `json:"cpus"`
	Go     string `json:"go"`
}

// ThisMachine asks the system. See proc_sys_kernel(5), osrelease, and proc_cpuinfo(5).
func ThisMachine() Machine {
	m := Machine{System: runtime.GOOS + "/" + runtime.GOARCH, CPUs: runtime.NumCPU(), Go: runtime.Version()}
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = strings.TrimSpace(string(release))
	}
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			m.CPU = strings.TrimSpace(value)
			break
		}
	}
	return m
}

// WriteJSON writes the results for a program: medians, spreads and ratios of each rival, the
// machine, and what was said meanwhile. details adds to a setting what only the caller knows
// of it; it may be nil.
func (c *Comparison) WriteJSON(to io.Writer, notes []string, details func(Setting) map[string]any) error {
	all := []map[string]any{}
	for _, r := range c.results {
		one := map[string]any{"setting": r.Key, "name": r.Setting.Name, "servers": r.Rows()}
		if details != nil {
			maps.Copy(one, details(r.Setting))
		}
		all = append(all, one)
	}
	return json.NewEncoder(to).Encode(map[string]any{"machine": ThisMachine(), "rounds": c.Rounds, "settings": all, "notes": notes})
}
