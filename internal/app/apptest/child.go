package apptest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/app"
)

// childVariable tells a copy of the test program to serve the folder it names, so
// that a test can end the whole process as a power cut or a system does.
const childVariable = "GODWIT_APP_CHILD"

func runChild(dir string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o := app.ServeOptions{Dir: dir}
	if strings.HasPrefix(dir, "postgres://") {
		o = app.ServeOptions{Database: dir}
	}
	o.Addr, o.Out, o.Log = "127.0.0.1:0", os.Stdout, slog.New(slog.NewTextHandler(os.Stderr, nil))
	err := app.Serve(ctx, o)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// Child is a running server process.
type Child struct {
	T   testing.TB
	cmd *exec.Cmd
	URL string
}

// Longest is what a single step may take on a busy machine.
const Longest = 2 * time.Minute

// StartChild starts a process that serves a folder, or the database of a URL.
func StartChild(t testing.TB, dir string) *Child {
	t.Helper()
	c := &Child{T: t, cmd: exec.Command(os.Args[0])}
	c.cmd.Env = append(os.Environ(), childVariable+"="+dir)
	c.cmd.Stderr = os.Stderr
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.cmd.Process.Kill(); _ = c.cmd.Wait() })
	ready := make(chan string, 1)
	go func() {
		defer close(ready)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if url, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
				ready <- url
			}
		}
		_, _ = io.Copy(io.Discard, out)
	}()
	select {
	case url, ok := <-ready:
		if !ok {
			t.Fatal("the server ended before it was ready")
		}
		c.URL = url
	case <-time.After(Longest):
		t.Fatal("the server is not ready")
	}
	return c
}

// End sends a signal and waits for the process; it reports how it ended.
func (c *Child) End(s os.Signal) error {
	c.T.Helper()
	if err := c.cmd.Process.Signal(s); err != nil {
		c.T.Fatal(err)
	}
	late := time.AfterFunc(Longest, func() { _ = c.cmd.Process.Kill() })
	defer late.Stop()
	return c.cmd.Wait()
}
