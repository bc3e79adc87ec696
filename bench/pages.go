package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// The budget (design, section 10): 20 users of a node, p95 100 ms.
const (
	pageUsers  = 20
	pageBudget = 100 * time.Millisecond
	pageRounds = 8
	// thinking is between two pages of one user. A user who clicks without reading
	// would be a load test of the processor and not of a centre's day.
	thinking = time.Second
)

// benchPages walks twenty users at once through the pages of their day on the
// demo's world, and prints how long a page took from the request to its last byte.
func benchPages(w io.Writer, bin, dir string) error {
	address, stop, err := serve(bin, dir)
	if err != nil {
		return err
	}
	defer stop()
	byPage := map[string][]time.Duration{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	errs := make([]error, pageUsers)
	roles := []string{"physician", "nurse", "radiographer", "reception"}
	for i := range pageUsers {
		wg.Go(func() {
			u := &pageUser{address: address, seen: func(page string, took time.Duration) {
				mu.Lock()
				defer mu.Unlock()
				byPage[page] = append(byPage[page], took)
			}}
			errs[i] = u.day(roles[i%len(roles)])
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	var all []time.Duration
	names := make([]string, 0, len(byPage))
	for name, times := range byPage {
		names = append(names, name)
		all = append(all, times...)
	}
	slices.Sort(names)
	fmt.Fprintf(w, "%d users at once, each a page every %d ms and what it takes\n%-34s %8s %8s %8s %8s\n", pageUsers, thinking.Milliseconds(), "", "n", "p50 ms", "p95 ms", "budget")
	for _, name := range names {
		printTimes(w, name, byPage[name])
	}
	printTimes(w, "all", all)
	return nil
}

func printTimes(w io.Writer, name string, times []time.Duration) {
	slices.Sort(times)
	p95 := times[len(times)*95/100]
	fmt.Fprintf(w, "%-34s %8d %8.1f %8.1f %8.2f\n", name, len(times), ms(times[len(times)/2]), ms(p95), p95.Seconds()/pageBudget.Seconds())
}

// serve starts a node that outlives this function; stop ends it.
func serve(bin, dir string) (address string, stop func(), err error) {
	cmd := exec.Command(bin, "serve", "--dir", dir, "--addr", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() { _ = cmd.Process.Signal(os.Interrupt); _ = cmd.Wait() }
	address, err = readyAddress(out)
	if err != nil {
		stop()
		return "", nil, err
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return address, stop, nil
}

// pageUser is one user at a browser.
type pageUser struct {
	address string
	c       *http.Client
	seen    func(page string, took time.Duration)
}

var (
	orderLink = regexp.MustCompile(`href="(/orders/[0-9a-f-]{36})"`)
	caseLink  = regexp.MustCompile(`href="(/cases/[0-9a-f-]{36}(?:/board)?)"`)
	hrefs     = regexp.MustCompile(`href="(/people/[0-9a-f-]{36})"`)
)

// day logs in and goes round: the first page, then what the role looks at.
func (u *pageUser) day(role string) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	u.c = &http.Client{Jar: jar, Timeout: time.Minute}
	resp, err := u.c.PostForm(u.address+"/login", url.Values{"login": {role}, "password": {demoPassword}})
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if strings.HasPrefix(resp.Request.URL.Path, "/login") {
		return fmt.Errorf("%s cannot log in", role)
	}
	for round := range pageRounds {
		if _, err := u.open("today", "/"); err != nil {
			return err
		}
		if err := u.work(role, round); err != nil {
			return fmt.Errorf("%s: %w", role, err)
		}
	}
	return nil
}

// work is one round of a role: a list, then something from it.
func (u *pageUser) work(role string, round int) error {
	list, path, link, next := "worklist", "/worklist/radiology", orderLink, "order"
	switch role {
	case "physician":
		list, path, link, next = "cases", "/cases", caseLink, "board or case"
	case "nurse":
		path = "/worklist/physician"
		if round%2 == 0 {
			path = "/worklist/nurse"
		}
	case "reception":
		list, path, link, next = "people", "/people", hrefs, "record"
	}
	body, err := u.open(list, path)
	if err != nil {
		return err
	}
	found := link.FindAllStringSubmatch(body, -1)
	if len(found) == 0 {
		return nil
	}
	_, err = u.open(next, found[round*7%len(found)][1])
	return err
}

const demoPassword = "tern over tidal flats"

// open asks for a page and reads it whole.
func (u *pageUser) open(name, path string) (string, error) {
	time.Sleep(thinking)
	begin := time.Now()
	resp, err := u.c.Get(u.address + path)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusForbidden {
		return "", fmt.Errorf("%s answers %d", path, resp.StatusCode)
	}
	if resp.StatusCode == http.StatusOK {
		u.seen(name, time.Since(begin))
	}
	return string(body), nil
}
