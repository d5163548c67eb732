package lab_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
)

func TestABadEndLeavesNothingBehind(t *testing.T) {
	labtest.Open(t, lab.Way{}, lab.Way{})
	for _, how := range []string{"panic", "SIGKILL"} {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), badEnd+"="+how)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		ns := ""
		for lines := bufio.NewScanner(out); ns == "" && lines.Scan(); {
			ns, _ = strings.CutPrefix(lines.Text(), "namespace ")
		}
		if ns == "" {
			t.Fatal("the child has not said which namespace is its own")
		}
		if how == "SIGKILL" {
			child.Process.Kill()
		}
		child.Wait()
		// The program on the host dies by a signal that the kernel sends: soon, not at once.
		deadline := time.Now().Add(10 * time.Second)
		for in := inNamespace(ns); len(in) > 0; in = inNamespace(ns) {
			if time.Now().After(deadline) {
				t.Fatalf("after %s these are still in %s: %v", how, ns, in)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
}

// inNamespace lists the processes in that network namespace.
func inNamespace(ns string) (in []string) {
	links, _ := filepath.Glob("/proc/[0-9]*/ns/net")
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil && to == ns {
			in = append(in, link)
		}
	}
	return in
}

// The same program as nobody, on a system whose /dev/net/tun is for everybody, as most have
// it. Root can stage that: a mount namespace with another /dev/net.
func TestWithoutRootAUserNamespaceDoes(t *testing.T) {
	labtest.Open(t, lab.Way{}, lab.Way{}) // or skip
	if os.Getenv("ONTHEWIRE_LAB") != "" {
		return // these very tests run in a user namespace: whoever started them is not root
	}
	switch os.Getenv("LAB_TEST_ENTER") {
	case "stage":
		become(t)
	case "":
		child := exec.Command(os.Args[0], "-test.run=^TestWithoutRootAUserNamespaceDoes$", "-test.v")
		child.Env = append(os.Environ(), "LAB_TEST_ENTER=stage")
		child.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS}
		out, err := child.CombinedOutput()
		if strings.Contains(string(out), "cannot be staged") {
			t.Skipf("%s", out)
		}
		if err != nil || !strings.Contains(string(out), "--- PASS: TestNothingArrivesBeforeItsDelay") {
			t.Errorf("as nobody: %v\n%s", err, out)
		}
	}
}

// become makes /dev/net/tun everybody's and runs one of the tests above as nobody.
func become(t *testing.T) {
	staged := func(err error) {
		if err != nil {
			t.Fatalf("cannot be staged: %v", err)
		}
	}
	staged(unix.Mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""))
	staged(unix.Mount("tmpfs", "/dev/net", "tmpfs", 0, "mode=0755"))
	staged(unix.Mknod("/dev/net/tun", unix.S_IFCHR|0o666, int(unix.Mkdev(10, 200))))
	staged(os.Chmod("/dev/net/tun", 0o666)) // mknod heeds the umask
	child := exec.Command("/proc/self/exe", "-test.run=^TestNothingArrivesBeforeItsDelay$", "-test.v")
	child.Dir = "/"
	child.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	if err := child.Run(); err != nil {
		t.Fatal(err)
	}
}
