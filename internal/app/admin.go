package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Command is what the command line asks of a node. It runs in this process when
// no server has the folder, and otherwise in the server, over its local socket.
type Command struct {
	GoData     *GoDataCommand `json:"godata,omitempty"` // import-godata, by Login with Password
	Name       string         `json:"name"`             // user-add, user-change, user-passwd, user-disable, user-enable, user-list, site-set, site-list, place-…, import-outbreak, erased-list, erased-apply, backup, backup-off, verify, doctor, rebuild, key-…, destroy
	Login      string         `json:"login,omitempty"`
	FullName   string         `json:"full_name,omitempty"`
	Roles      []string       `json:"roles,omitempty"`
	Sites      []string       `json:"sites,omitempty"`
	Programmes []string       `json:"programmes,omitempty"`
	Ceiling    string         `json:"ceiling,omitempty"`
	Locale     string         `json:"locale,omitempty"`
	Password   string         `json:"password,omitempty"`

	// As and Unlock are whose password opens a locked node, and KeyFile a key file.
	As      string `json:"as,omitempty"`
	Unlock  string `json:"unlock,omitempty"`
	KeyFile string `json:"key_file,omitempty"`
	File    string `json:"file,omitempty"`  // key-host-add: where to make one; sync-export, sync-import: the batch
	Reply   string `json:"reply,omitempty"` // sync-import: where a hub puts its answer

	Code  string `json:"code,omitempty"`  // sync-enrol: what the hub printed
	Most  int    `json:"most,omitempty"`  // hub-invite: people at most
	Typed string `json:"typed,omitempty"` // destroy: what was typed to confirm
	Yes   bool   `json:"yes,omitempty"`   // destroy: without asking

	Site   *place.Site    `json:"site,omitempty"`
	Place  *PlaceCommand  `json:"place,omitempty"`
	Import *ImportCommand `json:"import,omitempty"`
	Lines  []string       `json:"lines,omitempty"` // erased-apply: what `godwit erased list` printed

	Backup *Backup `json:"backup,omitempty"`

	// Progress is told how far a long command is, also from a server.
	Progress func(done, total int64) `json:"-"`
}

// Answer is what came of a command: lines to print, and whether all was well.
type Answer struct {
	Lines []string `json:"lines"`
	OK    bool     `json:"ok"`
	Error string   `json:"error,omitempty"`
	Word  string   `json:"word,omitempty"` // destroy-ask: what has to be typed

	// Share comes any number of times before the answer of a long command.
	Share *Share `json:"share,omitempty"`
}

// Share is how much of a whole is done.
type Share struct {
	Done  int64 `json:"done"`
	Total int64 `json:"total"`
}

// Run does a command on the node of a folder, wherever it is open.
func Run(ctx context.Context, o Options, c Command) (Answer, error) {
	o.Demo = IsDemo(o.Dir)
	if err := halfMade(o.Dir); err != nil {
		return Answer{}, err
	}
	if !o.onServer() && !IsNode(o.Dir) && !exists(o.Dir, SlotsFile) && !strings.HasPrefix(c.Name, "destroy") {
		if c.Name != "user-add" {
			return Answer{}, fmt.Errorf("%s holds no node; `godwit user add LOGIN --dir %s` makes one", o.Dir, o.Dir)
		}
		if err := access.CheckPassword(c.Password, c.Login, c.FullName); err != nil { // no folder is made for a user who will be refused
			return Answer{}, err
		}
	}
	h, err := Claim(o)
	switch {
	case errors.Is(err, errRunning):
		return Ask(ctx, filepath.Join(o.Dir, SocketFile), c)
	case err != nil:
		return Answer{}, explainOpen(o.Dir, err)
	}
	a, err := h.Do(ctx, c)
	if n := h.node.Load(); n != nil && err == nil { // what a server does behind its pages
		if err := n.ReplaceKey(ctx); err != nil {
			a.Lines = append(a.Lines, "the data key could not be replaced ("+Sentence(err)+"); it is tried again whenever the node opens")
		}
	}
	return a, errors.Join(explainOpen(o.Dir, err), h.Close())
}

// Do runs a command on this folder, as whoever sits at the machine. It opens the
// records first, with what the command has for that.
func (h *Host) Do(ctx context.Context, c Command) (Answer, error) {
	switch {
	case h.o.onServer() && (strings.HasPrefix(c.Name, "destroy") || strings.HasPrefix(c.Name, "key-")):
		return Answer{}, errOnServer
	case h.State() == StateNew && c.Name == "user-add":
		return h.setUp(ctx, c)
	case strings.HasPrefix(c.Name, "destroy") && c.As == "" && c.KeyFile == "": // without what opens it, too
		return h.destroyCommand(ctx, c)
	case h.State() == StateNew:
		return Answer{Error: fmt.Sprintf("there is no administrator yet; `godwit user add LOGIN --dir %s` makes one", h.o.Dir)}, nil
	case c.Name == "user-add" && c.As == "" && c.KeyFile == "" && !h.o.onServer() && !IsNode(h.o.Dir): // a cut in the middle of setting up
		c.As, c.Unlock = c.Login, c.Password
	}
	n := h.node.Load()
	if n == nil {
		o := h.o
		o.As, o.Password, o.KeyFile = c.As, c.Unlock, c.KeyFile
		var err error
		n, err = h.OpenWith(ctx, o)
		if fault.KeyOf(err) == "key.locked" {
			err = lockedAnswer(h.o.Dir)
		}
		switch {
		case err != nil && c.Name == "doctor":
			return h.cannotOpen(err), nil
		case err != nil:
			return Answer{}, err
		}
	}
	switch c.Name {
	case "destroy-ask", "destroy":
		return h.destroyCommand(ctx, c)
	case "key-protect":
		return h.protect(ctx, c)
	case "key-unlock":
		return Answer{Lines: []string{"the records are open"}, OK: true}, nil
	}
	missed := false // a cut in the middle of setting up: nobody has seen the recovery words
	if c.Name == "user-add" && h.Keys() != nil {
		first, err := n.Access.NeedsFirst(ctx)
		if err != nil {
			return Answer{}, err
		}
		missed = first
	}
	a := n.Do(ctx, c)
	if missed && a.Error == "" {
		words := n.Do(ctx, Command{Name: "key-words"})
		a.Lines, a.Error = append(a.Lines, words.Lines...), words.Error
	}
	return a, nil
}

// Do runs a command on this node, as whoever sits at the machine.
func (n *Node) Do(ctx context.Context, c Command) Answer {
	ctx = access.Operator(ctx)
	var lines []string
	ok, err := true, error(nil)
	switch c.Name {
	case "user-add":
		lines, err = n.addUser(ctx, c)
	case "user-passwd":
		err = n.Access.SetPassword(ctx, c.Login, c.Password)
		lines = []string{"password set; every log-in of " + c.Login + " was ended"}
	case "user-disable":
		err = n.Access.DisableUser(ctx, c.Login)
		lines = []string{c.Login + " is disabled; every log-in was ended"}
	case "user-enable":
		err = n.Access.EnableUser(ctx, c.Login)
		lines = []string{c.Login + " can log in again"}
	case "user-change":
		lines, err = n.changeUser(ctx, c)
	case "user-list":
		lines, err = n.listUsers(ctx)
	case "site-set":
		lines, err = n.setSite(ctx, *c.Site)
	case "site-list":
		lines, err = n.listSites(ctx)
	case "erased-list":
		lines, err = n.erasedList(ctx)
	case "erased-apply":
		lines, err = n.erasedApply(ctx, c.Lines)
	case "backup":
		if c.Backup == nil {
			c.Backup = &Backup{}
		}
		lines, err = n.RunBackup(ctx, *c.Backup, c.Progress)
	case "backup-off":
		lines, err = n.stopBackups(ctx)
	case "verify":
		lines, ok, err = n.Verify(ctx, c.Progress)
	case "doctor":
		lines, ok = n.Doctor(ctx)
	case "rebuild":
		lines, ok, err = n.Rebuild(ctx)
	case "hub-invite", "hub-nodes", "hub-revoke", "sync-enrol", "sync-export", "sync-import", "sync-now", "sync-reissue", "sync-status":
		lines, err = n.SyncCommand(ctx, c)
	case "peer-invite", "peer-enrol", "peer-list", "peer-swap", "peer-card", "peer-add":
		lines, err = n.hubCommand(ctx, c)
	case "import-outbreak":
		if err = n.ofThisWorld(c); err == nil {
			lines, ok, err = n.importOutbreak(ctx, c.Import)
		}
	case "place-import", "place-boundaries", "place-map", "place-find", "place-unmatched", "place-list":
		if err = n.ofThisWorld(c); err == nil {
			lines, ok, err = n.placeCommand(ctx, c)
		}
	case "import-godata":
		if err = n.ofThisWorld(c); err == nil {
			lines, err = n.goDataCommand(ctx, c)
		}
	case "https-show", "https-replace":
		lines, err = n.httpsCommand(ctx, c)
	default:
		lines, ok, err = n.keyCommand(ctx, c)
	}
	switch {
	case fault.Is(err, fault.NotFound) && strings.HasPrefix(c.Name, "user-"):
		return Answer{Error: fmt.Sprintf("there is no user %q; `godwit user list %s` lists them", c.Login, n.at())}
	case err != nil:
		return Answer{Error: Sentence(err)}
	}
	return Answer{Lines: lines, OK: ok}
}

func (n *Node) Rebuild(ctx context.Context) ([]string, bool, error) {
	r, err := n.Journal.Rebuild(ctx, nil)
	if err != nil {
		return nil, false, err
	}
	return rebuildLines(r), r.Same(), nil
}

func rebuildLines(r journal.RebuildReport) []string {
	lines := []string{fmt.Sprintf("projected %d documents again from the journal", r.Documents)}
	for _, t := range r.Tables {
		if t.Same() {
			continue
		}
		lines = append(lines, fmt.Sprintf("%s differed: %d rows were missing, %d did not belong, %d were not the same", t.Table, t.Missing, t.Stray, t.Changed))
	}
	if r.Same() {
		lines = append(lines, "every row is as it was")
	} else {
		lines = append(lines, "the rows are now as the journal says; report this: a projection and the journal must never differ")
	}
	return lines
}

// adminServer answers commands on a socket that only this user may open.
type adminServer struct {
	l   net.Listener
	srv *http.Server
}

// maxCommand bounds a command, in bytes.
const maxCommand = 16 << 20

func (h *Host) listenAdmin() (*adminServer, error) {
	path := filepath.Join(h.o.Dir, SocketFile)
	_ = os.Remove(path) // left by a process that was killed: the lock says that none runs
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("the folder's path is too long or it takes no sockets: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /command", func(w http.ResponseWriter, r *http.Request) {
		var c Command
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxCommand)).Decode(&c); err != nil {
			http.Error(w, "not a command", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		c.Progress = tell(w)
		a, err := h.Do(r.Context(), c)
		if err != nil {
			a = Answer{Error: Sentence(explainOpen(h.o.Dir, err))}
		}
		_ = json.NewEncoder(w).Encode(a)
	})
	return &adminServer{l, &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}}, nil
}

// tell sends shares of what is done ahead of the answer, at most some a second.
func tell(w http.ResponseWriter) func(done, total int64) {
	out, flush, last := json.NewEncoder(w), http.NewResponseController(w), time.Time{}
	return func(done, total int64) {
		if now := time.Now(); now.Sub(last) >= 100*time.Millisecond {
			last = now
			_ = out.Encode(Answer{Share: &Share{done, total}})
			_ = flush.Flush()
		}
	}
}

func (a *adminServer) serve() error { return a.srv.Serve(a.l) }

func (a *adminServer) close(ctx context.Context) error {
	if a == nil {
		return nil
	}
	return a.srv.Shutdown(ctx)
}

// Ask sends a command to the server that has the folder.
func Ask(ctx context.Context, socket string, c Command) (Answer, error) {
	body, err := json.Marshal(c)
	if err != nil {
		return Answer{}, err
	}
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://node/command", bytes.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return Answer{}, fmt.Errorf("a server has this folder open and does not answer on its socket: %w", err)
	}
	defer resp.Body.Close()
	in := json.NewDecoder(resp.Body)
	for {
		var a Answer
		if err := in.Decode(&a); err != nil {
			return Answer{}, fmt.Errorf("the server's answer cannot be read: %w", err)
		}
		if a.Share == nil {
			return a, nil
		}
		if c.Progress != nil {
			c.Progress(a.Share.Done, a.Share.Total)
		}
	}
}
