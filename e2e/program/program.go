// Package program starts the built command for the tests of the whole program: a demo
// that they share, or one of their own.
package program

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/testkit"
)

// Password of every demo account, as the demo prints it.
const Password = "tern over tidal flats"

// built is the command, built once a test run.
var built struct {
	sync.Once
	path, dir string
	err       error
}

// Main is the TestMain of a package that uses it.
func Main(m *testing.M) {
	code := m.Run()
	if shared.stop != nil {
		shared.stop()
	}
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// Command returns the path of the built command.
func Command(t testing.TB) string {
	t.Helper()
	built.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "godwit-e2e-"); built.err != nil {
			return
		}
		built.path = filepath.Join(built.dir, "godwit")
		cmd := exec.Command("go", "build", "-o", built.path, "./cmd/godwit")
		cmd.Dir = testkit.Root(t)
		if out, err := cmd.CombinedOutput(); err != nil {
			built.err = fmt.Errorf("go build: %w: %s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.path
}

// Running is a started demo.
type Running struct {
	URL, Dir string
	Lines    []string // what it printed up to its ready line
	Kill     func() error
	Stop     func()
}

// Start starts the command and waits for its ready line.
func Start(t testing.TB, args ...string) *Running {
	t.Helper()
	cmd := exec.Command(Command(t), args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := &Running{Kill: func() error { return cmd.Process.Kill() }}
	var once sync.Once
	r.Stop = func() {
		once.Do(func() {
			_ = cmd.Process.Signal(os.Interrupt)
			_ = cmd.Wait()
		})
	}
	ready := make(chan string, 1)
	go func() {
		s := bufio.NewScanner(out)
		for s.Scan() {
			r.Lines = append(r.Lines, s.Text())
			if url, ok := strings.CutPrefix(s.Text(), "ready "); ok {
				ready <- url
				break
			}
		}
		_, _ = io.Copy(io.Discard, out)
		close(ready)
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	select {
	case url, ok := <-ready:
		if !ok {
			t.Fatalf("the command ended before it was ready: %q", r.Lines)
		}
		r.URL = url
	case <-ctx.Done():
		_ = cmd.Process.Kill()
		t.Fatal("not ready in three minutes")
	}
	return r
}

// shared is the demo that stories which leave it usable have in common.
var shared struct {
	sync.Once
	*Running
	stop func()
}

// World returns the running demo: the one CI started, or one of this test run.
func World(t testing.TB) string {
	t.Helper()
	if url := os.Getenv("GODWIT_DEMO_URL"); url != "" {
		return url
	}
	testkit.Chromium(t) // before the expensive part
	shared.Do(func() {
		dir, err := os.MkdirTemp("", "godwit-world-")
		if err != nil {
			t.Fatal(err)
		}
		shared.Running = Start(t, "demo", "--dir", dir, "--addr", "127.0.0.1:0")
		shared.Running.Dir = dir
		shared.stop = func() {
			shared.Running.Stop()
			_ = os.RemoveAll(dir)
		}
	})
	if shared.Running == nil {
		t.Fatal("the shared demo did not start")
	}
	return shared.URL
}

// Shared is the running demo that World answered, or nil where CI started it.
func Shared() *Running { return shared.Running }
