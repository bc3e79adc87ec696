package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// The commands that the scripts have beside those of testscript.

// longest is what any single step may take on a busy machine.
const longest = 2 * time.Minute

// server is a running godwit serve or godwit demo.
type server struct {
	cmd       *exec.Cmd
	out, errs bytes.Buffer
	read      chan struct{} // closed when standard output has ended
}

type serversKey struct{}

func servers(ts *testscript.TestScript) map[string]*server {
	return ts.Value(serversKey{}).(map[string]*server)
}

// commandOf is where the program of a script is.
func commandOf(ts *testscript.TestScript) string {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if found, err := exec.LookPath(filepath.Join(dir, "godwit")); err == nil {
			return found
		}
	}
	return ""
}

// start NAME ARGS... runs godwit with these arguments until it says that it is
// ready, and puts its address into $URL.
func startServer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start NAME ARGS...")
	}
	s := &server{cmd: exec.Command(commandOf(ts), args[1:]...), read: make(chan struct{})}
	s.cmd.Dir, s.cmd.Stderr = ts.MkAbs("."), &s.errs
	out, err := s.cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(s.cmd.Start())
	servers(ts)[args[0]] = s
	ts.Defer(func() { _ = s.cmd.Process.Kill(); <-s.read; _ = s.cmd.Wait() })
	ready := make(chan string, 1)
	go func() {
		defer close(s.read)
		defer close(ready)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			s.out.WriteString(lines.Text() + "\n")
			if address, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
				ready <- address
			}
		}
	}()
	select {
	case address, ok := <-ready:
		if !ok {
			ts.Fatalf("%s ended before it was ready: %s%s", args[0], s.out.String(), s.errs.String())
		}
		ts.Setenv("URL", address)
	case <-time.After(longest):
		ts.Fatalf("%s is not ready", args[0])
	}
}

// end NAME (stop is taken by testscript, and ends the script) interrupts a server, waits for its end, which must be a success, and
// leaves what it printed in NAME.out and NAME.err.
func stopServer(ts *testscript.TestScript, _ bool, args []string) {
	s := servers(ts)[args[0]]
	ts.Check(s.cmd.Process.Signal(os.Interrupt))
	ended := time.AfterFunc(longest, func() { _ = s.cmd.Process.Kill() })
	<-s.read
	err := s.cmd.Wait()
	ended.Stop()
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".out"), s.out.Bytes(), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".err"), s.errs.Bytes(), 0o600))
	if err != nil {
		ts.Fatalf("%s did not end well: %v\n%s", args[0], err, s.errs.String())
	}
}

// closed WORD ARGS... runs godwit with these arguments, closes its window when it prints
// the word, waits for its end, which must not be a success, and leaves what it said in
// closed.err.
func closeWindow(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: closed WORD ARGS...")
	}
	cmd := exec.Command(commandOf(ts), args[1:]...)
	var errs bytes.Buffer
	cmd.Dir, cmd.Stderr, cmd.Env = ts.MkAbs("."), &errs, append(os.Environ(), "TMPDIR="+ts.Getenv("TMPDIR"))
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ended := time.AfterFunc(longest, func() { _ = cmd.Process.Kill() })
	defer ended.Stop()
	said := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if !said && strings.Contains(lines.Text(), args[0]) {
			said = true
			ts.Check(cmd.Process.Signal(closing()))
		}
	}
	err = cmd.Wait()
	ts.Check(os.WriteFile(ts.MkAbs("closed.err"), errs.Bytes(), 0o600))
	if !said || err == nil {
		ts.Fatalf("it said the word: %v, and ended with %v\n%s", said, err, errs.String())
	}
}

// closing is the signal of a window that is closed. Whoever is started so that closing
// does not end it (nohup) hands that down: it is then ended like a service.
func closing() os.Signal {
	if signal.Ignored(syscall.SIGHUP) {
		return syscall.SIGTERM
	}
	return syscall.SIGHUP
}

// cut NAME ends a server as a power cut does.
func killServer(ts *testscript.TestScript, _ bool, args []string) {
	s := servers(ts)[args[0]]
	ts.Check(s.cmd.Process.Kill())
	<-s.read
	_ = s.cmd.Wait()
}

// login LOGIN PASSWORD tries to log in at $URL.
func logIn(ts *testscript.TestScript, neg bool, args []string) {
	jar, err := cookiejar.New(nil)
	ts.Check(err)
	c := &http.Client{Jar: jar, Timeout: longest}
	resp, err := c.PostForm(ts.Getenv("URL")+"/login", url.Values{"login": {args[0]}, "password": {args[1]}})
	ts.Check(err)
	_ = resp.Body.Close()
	if in := resp.StatusCode == http.StatusOK && resp.Request.URL.Path != "/login"; in == neg {
		ts.Fatalf("log-in of %s: status %d at %s", args[0], resp.StatusCode, resp.Request.URL.Path)
	}
}

// get PATH STATUS [TEXT] [HEADER: VALUE]... asks $URL, follows redirects and looks
// for the text in the page.
func get(ts *testscript.TestScript, neg bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, ts.Getenv("URL")+args[0], nil)
	ts.Check(err)
	for _, h := range args[min(len(args), 3):] {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			req.Host = value
		}
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	body, err := io.ReadAll(resp.Body)
	ts.Check(err)
	_ = resp.Body.Close()
	if strconv.Itoa(resp.StatusCode) != args[1] {
		ts.Fatalf("%s: status %d, want %s", args[0], resp.StatusCode, args[1])
	}
	if len(args) > 2 && strings.Contains(string(body), args[2]) == neg {
		ts.Fatalf("%s: %q in the page is %v", args[0], args[2], !neg == false)
	}
}

// take puts an address of this machine that is in use into $TAKEN.
func takePort(ts *testscript.TestScript, _ bool, _ []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	ts.Setenv("TAKEN", l.Addr().String())
}

// free puts an address of this machine that nobody uses into $FREE.
func freePort(ts *testscript.TestScript, _ bool, _ []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Check(l.Close())
	ts.Setenv("FREE", l.Addr().String())
}

// code NAME puts the enrolment code that the last command printed into $NAME.
func readCode(ts *testscript.TestScript, _ bool, args []string) {
	for _, word := range strings.Fields(ts.ReadFile("stdout")) {
		if address, groups, ok := strings.Cut(word, "/"); ok && strings.Contains(address, ":") && strings.Count(groups, "-") > 5 {
			ts.Setenv(args[0], word)
			return
		}
	}
	ts.Fatalf("no code was printed: %s", ts.ReadFile("stdout"))
}

// harm FILE turns over the bits of a page in the second half of a file.
func harm(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	b, err := os.ReadFile(path)
	ts.Check(err)
	for i := len(b) / 2; i < len(b)/2+4096 && i < len(b); i++ {
		b[i] ^= 0xff
	}
	ts.Check(os.WriteFile(path, b, 0o600))
}

// mode PERMISSIONS FILE changes who may open a file.
func mode(ts *testscript.TestScript, _ bool, args []string) {
	m, err := strconv.ParseUint(args[0], 8, 32)
	ts.Check(err)
	ts.Check(os.Chmod(ts.MkAbs(args[1]), os.FileMode(m)))
}

// word FILE NAME puts what a file holds into a variable.
func word(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[1], strings.TrimSpace(ts.ReadFile(args[0])))
}

// newest FOLDER NAME puts the path of a folder's newest backup into a variable.
func newest(ts *testscript.TestScript, _ bool, args []string) {
	found, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "*.godwit.age"))
	ts.Check(err)
	if len(found) == 0 {
		ts.Fatalf("no backup in %s", args[0])
	}
	ts.Setenv(args[1], found[len(found)-1])
}

// same A B compares two files byte by byte.
func same(ts *testscript.TestScript, neg bool, args []string) {
	a, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	b, err := os.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	if bytes.Equal(a, b) == neg {
		ts.Fatalf("%s and %s: equal is %v", args[0], args[1], !neg == false)
	}
}

// copy FOLDER NEW copies a folder as a backup does: names, contents, permissions.
func copyFolder(ts *testscript.TestScript, _ bool, args []string) {
	from, to := ts.MkAbs(args[0]), ts.MkAbs(args[1])
	ts.Check(os.MkdirAll(to, 0o700))
	entries, err := os.ReadDir(from)
	ts.Check(err)
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		b, err := os.ReadFile(filepath.Join(from, e.Name()))
		ts.Check(err)
		ts.Check(os.WriteFile(filepath.Join(to, e.Name()), b, 0o600))
	}
}
