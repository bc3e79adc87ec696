package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const keyPassword = "seven terns over slack water"

// benchSlots measures what the encryption of a node costs: the append rate of an
// encrypted database against a plain one, turn by turn in one run, and how long a
// log-in takes that unlocks a node after a power cut.
func benchSlots(w io.Writer) error {
	dir, err := os.MkdirTemp("", "godwit-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Fprintf(w, "journal append, encrypted / plain, synchronous=FULL, %d turns each, medians\n", journalTurns)
	fmt.Fprintf(w, "%8s %12s %12s %8s %8s %11s %11s %8s\n", "commit", "encrypted/s", "plain/s", "ratio", "budget", "encr. µs", "plain µs", "CPU")
	for _, s := range journalSizes {
		r, err := cipherRatio(dir, s.size, s.commits)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%8d %12.0f %12.0f %6.0f %% %8s %11.1f %11.1f %6.0f %%\n", s.size, r.journal.rate, r.raw.rate, 100*r.ratio, "50 %",
			r.journal.cpu, r.raw.cpu, 100*r.raw.cpu/r.journal.cpu)
	}
	return unlocking(w, dir)
}

// cipherRatio is the encrypted side as journal and the plain one as raw.
func cipherRatio(dir string, size, commits int) (ratio, error) {
	ctx := context.Background()
	enc, err := newJournalSide(filepath.Join(dir, fmt.Sprintf("encrypted-%d.db", size)))
	if err != nil {
		return ratio{}, err
	}
	defer enc.close()
	plain, err := plainSide(filepath.Join(dir, fmt.Sprintf("plain-%d.db", size)))
	if err != nil {
		return ratio{}, err
	}
	defer plain.close()
	var es, ps []sample
	var ratios []float64
	for turn := range journalTurns + 2 {
		for _, s := range []*journalSide{enc, plain} {
			s.changes = s.changes[:0]
			for range size * commits {
				s.changes = append(s.changes, benchChange(s.n, enc.people, s.by.User))
				s.n++
			}
		}
		var a, b sample
		runs := []func() error{
			func() (err error) {
				a, err = timed(size*commits, func() error { return enc.write(ctx, size) })
				return err
			},
			func() (err error) {
				b, err = timed(size*commits, func() error { return plain.write(ctx, size) })
				return err
			},
		}
		if turn%2 == 1 {
			slices.Reverse(runs)
		}
		for _, run := range runs {
			if err := run(); err != nil {
				return ratio{}, err
			}
		}
		if turn < 2 {
			continue // both sides warm up
		}
		es, ps, ratios = append(es, a), append(ps, b), append(ratios, a.rate/b.rate)
	}
	return ratio{medianSample(es), medianSample(ps), medianRate(ratios)}, nil
}

func plainSide(path string) (*journalSide, error) {
	d, err := db.Open(context.Background(), db.Options{Path: path, Unencrypted: true, Migrations: benchMigrations()})
	if err != nil {
		return nil, err
	}
	j, err := journal.New(journal.Options{DB: d, Kinds: []journal.Kind{benchKind()}})
	return &journalSide{d: d, j: j, by: journal.Author{User: db.NewID()}}, err
}

// unlocking starts a real node, and times the log-in that opens it.
func unlocking(w io.Writer, dir string) error {
	bin, node := filepath.Join(dir, "godwit"), filepath.Join(dir, "node")
	build := exec.Command("go", "build", "-o", bin, "./cmd/godwit")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("go build: %w", err)
	}
	if err := setUp(bin, node); err != nil {
		return err
	}
	var peak int64
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ordinary := time.Duration(0)
	took, err := median(7, func() (time.Duration, error) {
		cmd := exec.Command(bin, "serve", "--dir", node, "--addr", "127.0.0.1:0")
		out, err := cmd.StdoutPipe()
		if err != nil {
			return 0, err
		}
		if err := cmd.Start(); err != nil {
			return 0, err
		}
		defer func() { _ = cmd.Process.Signal(os.Interrupt); _ = cmd.Wait() }()
		address, err := readyAddress(out)
		if err != nil {
			return 0, err
		}
		var times [2]time.Duration // the one that unlocks, and the next
		for i := range times {
			begin := time.Now()
			resp, err := client.PostForm(address+"/login", url.Values{"login": {"admin"}, "password": {keyPassword}})
			if err != nil {
				return 0, err
			}
			_ = resp.Body.Close()
			if times[i] = time.Since(begin); resp.StatusCode != http.StatusSeeOther {
				return 0, errors.New("bench: the log-in was refused")
			}
		}
		peak = max(peak, residentBytes(cmd.Process.Pid))
		ordinary = times[1]
		return times[0], nil
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "log-in that unlocks %7.0f ms (budget 1,000 ms), %.1f times an ordinary one; %d MiB of memory (budget 512)\n",
		ms(took), float64(took)/float64(ordinary), peak>>20)
	return nil
}

// setUp makes a real node with its first administrator.
func setUp(bin, dir string) error {
	cmd := exec.Command(bin, "user", "add", "admin", "--dir", dir)
	cmd.Stdin = strings.NewReader(keyPassword + "\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("user add: %w: %s", err, out)
	}
	return nil
}
