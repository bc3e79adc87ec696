package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// benchStart measures how long a node takes from its command to its first answer,
// and how much memory it holds then: a fresh node, and one with the demo's world.
// The bare program (`godwit version`) is the ratio's other side.
func benchStart(w io.Writer) error {
	dir, err := os.MkdirTemp("", "godwit-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	bin := filepath.Join(dir, "godwit")
	build := exec.Command("go", "build", "-o", bin, "./cmd/godwit")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("go build: %w", err)
	}
	bare, err := median(7, func() (time.Duration, error) {
		begin := time.Now()
		err := exec.Command(bin, "version").Run()
		return time.Since(begin), err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "bare program                %7.0f ms\n", ms(bare))
	fresh, world := filepath.Join(dir, "fresh"), filepath.Join(dir, "world")
	if err := setUp(bin, fresh); err != nil { // it starts locked; `bench key` times the log-in that opens it
		return err
	}
	seed, _, err := startOnce(bin, "demo", "--dir", world, "--addr", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "demo from nothing to ready  %7.1f s (budget 20 s)\n", seed.Seconds())
	for _, c := range []struct{ name, dir string }{{"fresh node, locked", fresh}, {"node with the demo's world", world}} {
		var peak int64
		took, err := median(5, func() (time.Duration, error) {
			d, rss, err := startOnce(bin, "serve", "--dir", c.dir, "--addr", "127.0.0.1:0")
			peak = max(peak, rss)
			return d, err
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%-27s %7.0f ms to the first answer, %.1f times the bare program (budget 2,000 ms); %d MiB of memory (budget 512)\n",
			c.name, ms(took), float64(took)/float64(bare), peak>>20)
	}
	return benchPages(w, bin, world)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func median(n int, f func() (time.Duration, error)) (time.Duration, error) {
	var all []time.Duration
	for range n {
		d, err := f()
		if err != nil {
			return 0, err
		}
		all = append(all, d)
	}
	slices.Sort(all)
	return all[n/2], nil
}

// startOnce starts the command, waits for its first answer to a page, reads its
// memory, and stops it.
func startOnce(bin string, args ...string) (time.Duration, int64, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, 0, err
	}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}()
	address, err := readyAddress(out)
	if err != nil {
		return 0, 0, fmt.Errorf("%v: %w", args, err)
	}
	resp, err := http.Get(address + "/login")
	if err != nil {
		return 0, 0, err
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	took := time.Since(begin)
	return took, residentBytes(cmd.Process.Pid), nil
}

// readyAddress reads what a command prints until it says where it is ready.
func readyAddress(out io.Reader) (string, error) {
	s := bufio.NewScanner(out)
	for s.Scan() {
		if address, ok := strings.CutPrefix(s.Text(), "ready "); ok {
			return address, nil
		}
	}
	return "", errors.New("it ended before it was ready")
}

// residentBytes is the peak resident memory of a process, 0 where the system does
// not say (it is read from /proc).
func residentBytes(pid int) int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			var kb int64
			if _, err := fmt.Sscanf(strings.TrimSpace(rest), "%d kB", &kb); err == nil {
				return kb << 10
			}
		}
	}
	return 0
}
