package sim

import (
	"flag"
	"fmt"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	runs    = flag.Int("sim.runs", 20, "how many runs")
	seed    = flag.Uint64("sim.seed", 1, "seed of the first run; the next have the next ones")
	shrink  = flag.Int("sim.shrink", 3, "how many failing runs are shortened")
	without = flag.String("sim.without", "", "steps to leave out, with commas between")
	shorten = flag.Duration("sim.shorten", 15*time.Second, "how long each of them is shortened: a shorter history is a favour, not the finding")
	only    = flag.String("sim.steps", "", "the steps of a run in place of those of its seed, as a shortened run prints them")
	tell    = flag.Bool("sim.tell", false, "tell the history of every run")
)

// lastLine is printed last.
var lastLine string

// result is how a run ended.
type result struct {
	failure   *failure
	log       []string
	hash      uint64
	changes   int
	destroyed int // acknowledged on a disk that was put back, and nowhere else
	reissued  int
}

// run carries out a plan.
func run(t *testing.T, p plan) (r result) {
	w := newWorld(t, p)
	defer func() {
		if v := recover(); v != nil {
			f, ok := v.(failure)
			if !ok {
				f = failure{what: fmt.Sprintf("panic: %v\n%s", v, debug.Stack())}
			}
			r.failure = &f
		}
		r.log, r.hash, r.changes, r.destroyed = w.log, w.hash, len(w.o.changes), w.destroyed
		r.reissued = w.reissued
		w.end()
	}()
	for i, s := range p.Steps {
		w.step = i + 1
		if *tell {
			w.say("[%s]", s.Op)
		}
		w.do(s)
		for _, m := range w.all() {
			if m.down() {
				w.say("the power of %s went", m.name)
			}
		}
	}
	w.heal()
	w.check()
	for _, m := range w.all() {
		w.trace(m)
	}
	return r
}

// shortened leaves out steps as long as the run still fails.
func shortened(t *testing.T, p plan, was result) (plan, result) {
	until := time.Now().Add(*shorten)
	for n := len(p.Steps) / 2; n > 0; n /= 2 {
		for at := 0; at < len(p.Steps) && time.Now().Before(until); {
			less := p
			less.Steps = append(append([]step{}, p.Steps[:at]...), p.Steps[min(at+n, len(p.Steps)):]...)
			if r := run(t, less); r.failure != nil && r.failure.gist() == was.failure.gist() {
				p, was = less, r
			} else {
				at += n
			}
		}
	}
	return p, was
}

// gist is a failure without the names in it: a shorter history is to show the same one.
func (f failure) gist() string {
	first, _, _ := strings.Cut(f.what, "\n")
	return fmt.Sprint(f.lost) + regexp.MustCompile(`[0-9a-f-]*[0-9][0-9a-f.-]*`).ReplaceAllString(first, "")
}

// cutLog keeps what a screen holds.
func cutLog(log []string) []string {
	if len(log) > 120 {
		return append(append(slices.Clone(log[:60]), "…"), log[len(log)-60:]...)
	}
	return log
}

func TestNothingIsLostAndEveryoneAgrees(t *testing.T) {
	lost, diverged, changes, destroyed, reissued := 0, 0, 0, 0, 0
	begin := time.Now()
	for i := range *runs {
		p := newPlan(*seed + uint64(i))
		if *only != "" {
			p.Steps = readSteps(t, *only)
		}
		p.Steps = slices.DeleteFunc(p.Steps, func(s step) bool { return slices.Contains(strings.Split(*without, ","), s.Op) })
		r := run(t, p)
		changes, destroyed, reissued = changes+r.changes, destroyed+r.destroyed, reissued+r.reissued
		if *tell {
			fmt.Printf("%s\n%s\n", p, strings.Join(r.log, "\n"))
		}
		if r.failure == nil {
			continue
		}
		if r.failure.lost {
			lost++
		} else {
			diverged++
		}
		if lost+diverged <= *shrink {
			p, r := shortened(t, p, r)
			t.Errorf("%s, %d steps:\n%s\n%s\nreplay: go test ./e2e/sim -sim.runs 1 -sim.seed %d -sim.steps '%s'", p, len(p.Steps), strings.Join(cutLog(r.log), "\n"), r.failure.what, p.Seed, writeSteps(p.Steps))
		} else {
			t.Errorf("seed %d: %s", p.Seed, r.failure.what)
		}
	}
	t.Logf("%d acknowledged changes, %d of them only on a disk that was put back; %d forks issued again what only they had; %.1f runs/s",
		changes, destroyed, reissued, float64(*runs)/time.Since(begin).Seconds())
	lastLine = fmt.Sprintf("%d runs, %d lost, %d diverged, seed %d", *runs, lost, diverged, *seed)
}

func TestASeedReplaysExactly(t *testing.T) {
	for s := range uint64(3) {
		p := newPlan(*seed + s)
		a, b := run(t, p), run(t, p)
		if a.hash != b.hash {
			for i := range a.log {
				if i >= len(b.log) || a.log[i] != b.log[i] {
					t.Fatalf("seed %d goes another way at\n%s\n%s", p.Seed, a.log[i], b.log[min(i, len(b.log)-1)])
				}
			}
			t.Fatalf("seed %d: the same steps and other writes", p.Seed)
		}
	}
}
