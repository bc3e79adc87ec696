package journal_test

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/testkit"
)

// Other processes of one node: this test binary, started again.

// child is what such a process does. It says on standard output what has been
// acknowledged to it.
func child(role string) int {
	o := db.Options{Path: os.Getenv("GODWIT_JOURNAL_PATH"), URL: os.Getenv("GODWIT_JOURNAL_URL"), Migrations: migrations()}
	if o.Path != "" {
		o.Key = key.Plain(testKey)
	}
	doc, err := db.ParseID(os.Getenv("GODWIT_JOURNAL_DOC"))
	if err != nil {
		return fail(err)
	}
	d, err := db.Open(context.Background(), o)
	if err != nil {
		return fail(err)
	}
	j, err := journal.New(journal.Options{DB: d, Kinds: []journal.Kind{personKind()}})
	if err != nil {
		return fail(err)
	}
	switch role {
	case "editor":
		err = edits(d, j, doc)
	case "victim":
		err = writesForEver(d, j, doc)
	}
	if err == nil {
		err = j.Close(context.Background())
	}
	if err == nil {
		err = d.Close()
	}
	if err != nil {
		return fail(err)
	}
	return 0
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// note appends a note to doc from what is there now, and says so.
func note(d *db.DB, j *journal.Journal, doc db.ID, text string) error {
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		p, err := j.Load(tx, doc)
		if err != nil {
			return err
		}
		return j.Append(tx, almaz, edit(doc, p.Version, fields{"note": text, "given": text}))
	})
	if err == nil {
		_, err = fmt.Printf("note %s\n", text)
	}
	return err
}

const editsEach = 25

func edits(d *db.DB, j *journal.Journal, doc db.ID) error {
	for i := range editsEach {
		if err := note(d, j, doc, fmt.Sprintf("%d.%d", os.Getpid(), i)); err != nil {
			return err
		}
	}
	return nil
}

// writesForEver writes from several goroutines, new documents and edits, alone and
// in groups, until somebody kills it.
func writesForEver(d *db.DB, j *journal.Journal, doc db.ID) error {
	errs := make(chan error, 6)
	for w := range 6 {
		go func() {
			for i := 0; ; i++ {
				var err error
				if i%4 == 3 {
					err = note(d, j, doc, fmt.Sprintf("%d.%d.%d", os.Getpid(), w, i))
				} else {
					err = people(d, j, 1+i%4*w)
				}
				if err != nil {
					errs <- err
					return
				}
			}
		}()
	}
	return <-errs
}

func people(d *db.DB, j *journal.Journal, n int) error {
	var all []journal.Change
	var said strings.Builder
	for range n {
		id := db.NewID()
		all = append(all, newPerson(id, fields{"given": "G", "family": "F", "note": strings.Repeat("n", rand.IntN(600))}))
		fmt.Fprintf(&said, "doc %s\n", hex.EncodeToString(id[:]))
	}
	err := d.Write(context.Background(), func(tx *db.Tx) error { return j.Append(tx, bruno, all...) })
	if err == nil {
		_, err = os.Stdout.WriteString(said.String())
	}
	return err
}

// start starts a child and answers its acknowledgements.
func start(t *testing.T, role string, o db.Options, doc db.ID) (*exec.Cmd, <-chan string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "GODWIT_JOURNAL_CHILD="+role, "GODWIT_JOURNAL_PATH="+o.Path, "GODWIT_JOURNAL_URL="+o.URL, "GODWIT_JOURNAL_DOC="+doc.String())
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	acks := make(chan string, 1<<16)
	go func() {
		defer close(acks)
		r := bufio.NewReader(out)
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return // a line that was cut off was not read by anybody
			}
			acks <- strings.TrimSuffix(line, "\n")
		}
	}()
	return cmd, acks
}

func TestTwoProcessesEditOneDocument(t *testing.T) {
	for engine, place := range places() {
		t.Run(engine, func(t *testing.T) {
			n := newNode(t, place(t))
			doc := n.create(fields{"given": "shared", "note": "start"})
			var wg sync.WaitGroup
			var mu sync.Mutex
			want := map[string]bool{"start": true}
			for range 2 {
				cmd, acks := start(t, "editor", n.o, doc)
				wg.Go(func() {
					for a := range acks {
						mu.Lock()
						want[strings.TrimPrefix(a, "note ")] = true
						mu.Unlock()
					}
					if err := cmd.Wait(); err != nil {
						t.Errorf("a process: %v", err)
					}
				})
			}
			wg.Wait()
			if len(want) != 2*editsEach+1 {
				t.Fatalf("%d acknowledged", len(want))
			}
			d := n.load(doc)
			for _, item := range d.Items("notes") {
				text, _ := strconv.Unquote(string(item.Fields["note"]))
				delete(want, text)
			}
			if len(want) != 0 {
				t.Errorf("acknowledged and lost: %v", want)
			}
			if len(d.Disputed) != 0 {
				t.Errorf("two processes both won: %v", d.Disputed)
			}
			if r := n.verify(); r.Entries != 2*editsEach+1 {
				t.Errorf("%+v", r)
			}
			n.rebuild()
		})
	}
}

// Kills: GODWIT_KILLS=N for a longer run (make soak).
func kills(t *testing.T) int {
	n := 200
	if s := os.Getenv("GODWIT_KILLS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	if testing.Short() {
		n = 20
	}
	return n
}

// killsPerFile is how many times one file is broken into before a fresh one.
const killsPerFile = 20

func TestKillingTheProcessLosesNoAcknowledgedChange(t *testing.T) {
	left, acknowledged := kills(t), 0
	for left > 0 {
		v := newVictim(t)
		for range min(left, killsPerFile) {
			acknowledged += v.kill()
		}
		left -= min(left, killsPerFile)
		v.finish()
	}
	t.Logf("%d kills, %d acknowledged changes, all there", kills(t), acknowledged)
	if acknowledged < kills(t) {
		t.Errorf("only %d changes were acknowledged: the kills came too early to show anything", acknowledged)
	}
}

type victim struct {
	t     *testing.T
	o     db.Options
	doc   db.ID
	notes map[string]bool
	docs  map[db.ID]bool
}

func newVictim(t *testing.T) *victim {
	t.Helper()
	v := &victim{t: t, o: db.Options{Path: filepath.Join(t.TempDir(), "v.db"), Key: key.Plain(testKey)},
		notes: map[string]bool{}, docs: map[db.ID]bool{}}
	n := newNode(t, v.o)
	v.doc = n.create(fields{"given": "shared"})
	if err := n.d.Close(); err != nil {
		t.Fatal(err)
	}
	return v
}

// kill starts a process, kills it at a random moment of its writing, and looks
// whether everything that it had acknowledged is there.
func (v *victim) kill() int {
	v.t.Helper()
	cmd, acks := start(v.t, "victim", v.o, v.doc)
	said := 0
	hear := func(a string) {
		said++
		if text, ok := strings.CutPrefix(a, "note "); ok {
			v.notes[text] = true
			return
		}
		raw, err := hex.DecodeString(strings.TrimPrefix(a, "doc "))
		if err != nil || len(raw) != 16 {
			v.t.Fatalf("the process said %q", a)
		}
		v.docs[db.ID(raw)] = true
	}
	first, ok := <-acks
	if !ok {
		v.t.Fatalf("the process ended by itself: %v", cmd.Wait())
	}
	hear(first)
	moment := time.After(time.Duration(rand.Int64N(int64(60 * time.Millisecond))))
	for dead := false; !dead; {
		select {
		case a, ok := <-acks:
			if !ok {
				v.t.Fatalf("the process ended by itself: %v", cmd.Wait())
			}
			hear(a)
		case <-moment:
			dead = true
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		v.t.Fatal(err)
	}
	for a := range acks { // said before it died
		hear(a)
	}
	_ = cmd.Wait()
	v.check()
	return said
}

func (v *victim) check() {
	v.t.Helper()
	n := newNode(v.t, v.o)
	defer n.d.Close()
	n.verify()
	n.read(func(tx *db.Tx) error {
		for id := range v.docs {
			var name string
			if err := tx.Row("SELECT name FROM t_person WHERE id = ?", id).Scan(&name); err != nil {
				v.t.Errorf("document %s was acknowledged and is not there: %v", id, err)
			}
		}
		clear(v.docs) // seen now, and by the rebuild at the end
		d, err := n.j.Load(tx, v.doc)
		if err != nil {
			return err
		}
		there := make(map[string]bool)
		for _, item := range d.Items("notes") {
			text, _ := strconv.Unquote(string(item.Fields["note"]))
			there[text] = true
		}
		for text := range v.notes {
			if !there[text] {
				v.t.Errorf("note %s was acknowledged and is not there", text)
			}
		}
		return nil
	})
}

func (v *victim) finish() {
	v.t.Helper()
	n := newNode(v.t, v.o)
	defer n.d.Close()
	n.rebuild()
}

// A hub process that dies in mid-transaction leaves its lane to others.
func TestKillingAHubProcessLosesNothing(t *testing.T) {
	n := newNode(t, db.Options{URL: testkit.Postgres(t)})
	doc := n.create(fields{"given": "shared"})
	v := &victim{t: t, o: n.o, doc: doc, notes: map[string]bool{}, docs: map[db.ID]bool{}}
	for range 3 {
		v.kill()
	}
	v.finish()
}
