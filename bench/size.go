package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// sizedPage is a dashboard or a list that is opened over a node of some size. Where it has
// a link, the first one of that form is opened in its place.
type sizedPage struct {
	name, login, path string
	link              *regexp.Regexp
	board             bool // a dashboard: the budget of one, and not that of a list
}

// linkTo is a link to a page of a document.
func linkTo(path string) *regexp.Regexp {
	return regexp.MustCompile(`href="(` + path + `[0-9a-f-]{36})"`)
}

var pointLink = regexp.MustCompile(`href="(/border/points/[A-Z0-9-]+/board)"`)

// sizedPages are the pages that somebody opens every day, of every area with records that
// grow.
var sizedPages = []sizedPage{
	{name: "border: points", login: "manager", path: "/border"}, {name: "border: board", login: "manager", path: "/border/board", board: true}, {name: "border: board of a point", login: "manager", path: "/border/board", link: pointLink, board: true},
	{name: "border: repairs", login: "manager", path: "/border/repairs"}, {name: "border: travellers", login: "nurse", path: "/border/travellers"}, {name: "border: measures", login: "nurse", path: "/border/measures"}, {name: "border: declarations", login: "nurse", path: "/border/declarations"},
	{name: "surveillance: signals", login: "epidemiologist", path: "/surveillance", board: true}, {name: "surveillance: a signal", login: "epidemiologist", path: "/surveillance", link: linkTo("/surveillance/signals/")},
	{name: "surveillance: reported counts", login: "epidemiologist", path: "/surveillance/counts"}, {name: "surveillance: alerts", login: "epidemiologist", path: "/surveillance/alerts", board: true}, {name: "surveillance: weekly reports", login: "epidemiologist", path: "/surveillance/weeks", board: true},
	{name: "surveillance: desk", login: "epidemiologist", path: "/surveillance/desk", board: true}, {name: "surveillance: situation report", login: "epidemiologist", path: "/surveillance/report", board: true}, {name: "surveillance: deaths", login: "epidemiologist", path: "/surveillance/deaths", board: true},
	{name: "line list", login: "epidemiologist", path: "/linelist"}, {name: "line list: page 2", login: "epidemiologist", path: "/linelist?page=2"}, {name: "line list: a case", login: "epidemiologist", path: "/linelist", link: linkTo("/linelist/")}, {name: "line list: chains", login: "epidemiologist", path: "/linelist/chains"}, {name: "contacts", login: "epidemiologist", path: "/contacts"},
	{name: "across the border", login: "epidemiologist", path: "/across", board: true}, {name: "across the border: one that was sent", login: "epidemiologist", path: "/across", link: linkTo("/across/sent/")},
	{name: "outbreaks", login: "epidemiologist", path: "/outbreaks"}, {name: "outbreaks: one", login: "epidemiologist", path: "/outbreaks", link: linkTo("/outbreaks/")}, {name: "departures", login: "manager", path: "/travel"},
	{name: "mobility", login: "epidemiologist", path: "/mobility"}, {name: "mobility: who may be next", login: "epidemiologist", path: "/mobility/next", board: true}, {name: "mobility: forecast", login: "epidemiologist", path: "/mobility/forecast", board: true}, {name: "mobility: screening", login: "epidemiologist", path: "/mobility/screening", board: true}, {name: "mobility: measures", login: "epidemiologist", path: "/mobility/measures", board: true}, {name: "mobility: map", login: "epidemiologist", path: "/mobility/map", board: true}, {name: "mobility: flow points", login: "epidemiologist", path: "/mobility/watch"}, {name: "mobility: a flow point", login: "epidemiologist", path: "/mobility/watch", link: regexp.MustCompile(`href="(/mobility/watch/[A-Z0-9-]+)"`), board: true}, {name: "mobility: sketches", login: "epidemiologist", path: "/mobility/sketches"},
	{name: "today", login: "epidemiologist", path: "/", board: true},
}

// sized is a demo's node that is made large, and somebody at a browser.
type sized struct {
	*filler
	node  *app.Node
	srv   *httptest.Server
	steps *db.Steps // of the page that is open
	users map[string]*http.Client
	paths map[string]string // of pages behind a link: the same one at every size
}

func newSized(ctx context.Context, dir string) (_ *sized, err error) {
	s := &sized{users: map[string]*http.Client{}, paths: map[string]string{}}
	if s.node, err = app.OpenDemo(ctx, filepath.Join(dir, "node"), app.DemoOptions{Seed: 1, Families: 2}); err != nil {
		return nil, err
	}
	if s.filler, err = newFiller(ctx, s.node.DB, s.node.Journal); err != nil {
		return nil, errors.Join(err, s.node.Close())
	}
	inner := s.node.Handler()
	s.srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if s.steps != nil {
			ctx = db.CountSteps(ctx, s.steps)
		}
		inner.ServeHTTP(w, r.WithContext(ctx))
	}))
	return s, nil
}

func (s *sized) close() error {
	s.srv.Close()
	return s.node.Close()
}

// user is a browser in which somebody has logged in.
func (s *sized) user(login string) (*http.Client, error) {
	if c := s.users[login]; c != nil {
		return c, nil
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	c := &http.Client{Jar: jar, Timeout: 10 * time.Minute}
	resp, err := c.PostForm(s.srv.URL+"/login", url.Values{"login": {login}, "password": {demoPassword}})
	if err != nil {
		return nil, err
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if strings.HasPrefix(resp.Request.URL.Path, "/login") {
		return nil, fmt.Errorf("%s cannot log in", login)
	}
	s.users[login] = c
	return c, nil
}

func (s *sized) get(login, path string) (string, error) {
	c, err := s.user(login)
	if err != nil {
		return "", err
	}
	resp, err := c.Get(s.srv.URL + path)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	asked, _, _ := strings.Cut(path, "?")
	switch {
	case err != nil:
	case resp.StatusCode != http.StatusOK:
		err = fmt.Errorf("%s as %s answers %d", path, login, resp.StatusCode)
	case resp.Request.URL.Path != asked: // a session that ended leads to the door, which is fast
		err = fmt.Errorf("%s as %s leads to %s", path, login, resp.Request.URL.Path)
	}
	return string(body), err
}

// path is where a page is.
func (s *sized) path(p sizedPage) (string, error) {
	if p.link == nil {
		return p.path, nil
	}
	if at := s.paths[p.name]; at != "" {
		return at, nil
	}
	body, err := s.get(p.login, p.path)
	if err != nil {
		return "", err
	}
	found := p.link.FindStringSubmatch(body)
	if found == nil {
		return "", fmt.Errorf("%s has no link of %s", p.path, p.name)
	}
	s.paths[p.name] = found[1]
	return found[1], nil
}

// cost is what a page took: the median time, and the work of its reads.
type cost struct {
	took  time.Duration
	steps *db.Steps
}

func (s *sized) open(p sizedPage, turns int) (c cost, err error) {
	at, err := s.path(p)
	if err != nil {
		return c, err
	}
	if _, err = s.user(p.login); err != nil {
		return c, err
	}
	c.steps = &db.Steps{}
	s.steps = c.steps
	_, err = s.get(p.login, at)
	s.steps = nil
	if err != nil {
		return c, err
	}
	c.took, err = median(turns, func() (time.Duration, error) {
		begin := time.Now()
		_, err := s.get(p.login, at)
		return time.Since(begin), err
	})
	return c, err
}

// sizeTurns is how often a page is opened for its median.
const sizeTurns = 3

// benchSize fills a node with a tenth of the records and with all of them, and prints what
// every dashboard and list costs each time.
func benchSize(w io.Writer, records int) error {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "godwit-bench-size-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s, err := newSized(ctx, dir)
	if err != nil {
		return err
	}
	defer s.close()
	s.every = max(1, history*len(s.docs)/max(1, records)) // where there are fewer copies than weeks, over all of them
	costs := map[string][2]cost{}
	for i, n := range []int{records / 10, records} {
		begin := time.Now()
		wrote, err := s.fill(ctx, n)
		if err != nil {
			return err
		}
		clear(s.users) // a session may have ended while records were written
		fmt.Fprintf(w, "%d documents in %d copies of the demo's over %d weeks; %d written in %.0f s\n", s.copies*len(s.docs), s.copies, history, wrote, time.Since(begin).Seconds())
		for _, p := range sizedPages {
			c, err := s.open(p, sizeTurns)
			if err != nil {
				return err
			}
			both := costs[p.name]
			both[i] = c
			costs[p.name] = both
		}
	}
	rows, err := s.rows(ctx)
	if err != nil {
		return err
	}
	for _, t := range slices.Sorted(maps.Keys(rows)) {
		fmt.Fprintf(w, "%12d rows of %s\n", rows[t], t)
	}
	fmt.Fprintf(w, "%-36s %10s %10s %7s %10s %10s %7s %8s\n", "medians over HTTP", "ms, tenth", "ms, all", "ratio", "steps", "steps", "ratio", "budget")
	for _, p := range sizedPages {
		c, budget := costs[p.name], listBudget
		if p.board {
			budget = boardBudget
		}
		fmt.Fprintf(w, "%-36s %10.1f %10.1f %7.2f %10d %10d %7.2f %8.3f\n", p.name, ms(c[0].took), ms(c[1].took), c[1].took.Seconds()/c[0].took.Seconds(), c[0].steps.Steps, c[1].steps.Steps, float64(c[1].steps.Steps)/float64(max(1, c[0].steps.Steps)), c[1].took.Seconds()/budget.Seconds())
	}
	fmt.Fprintln(w, "statements that cost more where there is more:")
	for _, p := range sizedPages {
		for _, sql := range grown(costs[p.name]) {
			fmt.Fprintf(w, "%s: %d, was %d: %.160s\n", p.name, costs[p.name][1].steps.By[sql], costs[p.name][0].steps.By[sql], strings.Join(strings.Fields(sql), " "))
		}
	}
	return nil
}

// grown are the statements of a page of which the work grew by more than a half and by
// more than noise, the worst first.
func grown(c [2]cost) (out []string) {
	for sql, n := range c[1].steps.By {
		if n > c[0].steps.By[sql]*3/2+1000 {
			out = append(out, sql)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Compare(c[1].steps.By[b], c[1].steps.By[a]) })
	return out
}
