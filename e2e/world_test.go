package e2e

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

// password of every demo account, as the demo prints it.
const password = "tern over tidal flats"

// built is the command, built once a test run.
var built struct {
	sync.Once
	path, dir string
	err       error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.stop != nil {
		shared.stop()
	}
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// command returns the path of the built command.
func command(t testing.TB) string {
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

// running is a started demo.
type running struct {
	url, dir string
	lines    []string
	kill     func() error
	stop     func()
}

// start starts the command and waits for its ready line.
func start(t testing.TB, args ...string) *running {
	t.Helper()
	cmd := exec.Command(command(t), args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := &running{kill: func() error { return cmd.Process.Kill() }}
	var once sync.Once
	r.stop = func() {
		once.Do(func() {
			_ = cmd.Process.Signal(os.Interrupt)
			_ = cmd.Wait()
		})
	}
	ready := make(chan string, 1)
	go func() {
		s := bufio.NewScanner(out)
		for s.Scan() {
			r.lines = append(r.lines, s.Text())
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
			t.Fatalf("the command ended before it was ready: %q", r.lines)
		}
		r.url = url
	case <-ctx.Done():
		_ = cmd.Process.Kill()
		t.Fatal("not ready in three minutes")
	}
	return r
}

// shared is the demo that stories which leave it usable have in common.
var shared struct {
	sync.Once
	*running
	stop func()
}

// world returns the running demo: the one CI started, or one of this test run.
func world(t testing.TB) string {
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
		shared.running = start(t, "demo", "--dir", dir, "--addr", "127.0.0.1:0")
		shared.running.dir = dir
		shared.stop = func() {
			shared.running.stop()
			_ = os.RemoveAll(dir)
		}
	})
	if shared.running == nil {
		t.Fatal("the shared demo did not start")
	}
	return shared.url
}
