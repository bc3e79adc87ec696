package key

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"testing"
)

// errCut is the power going.
var errCut = errors.New("the power is gone")

// ramDisk is a disk whose power goes after a number of steps; a byte written is a
// step, and so is anything else that changes it. What was not synced may then be
// there, in part, or not.
type ramDisk struct {
	steps   int // left; negative is endless
	nodes   []*node
	names   map[string]int // as the running system sees them
	durable map[string]int // as the disk has them
	pending []map[string]int
	fail    func(what, path string) error // a disk that refuses
	pinned  bool                          // keepsOpen is false
}

type node struct{ now, durable []byte }

func newRAMDisk(files map[string][]byte) *ramDisk {
	d := &ramDisk{steps: -1, names: map[string]int{}, durable: map[string]int{}}
	for name, b := range files {
		d.names[name], d.durable[name] = len(d.nodes), len(d.nodes)
		d.nodes = append(d.nodes, &node{bytes.Clone(b), bytes.Clone(b)})
	}
	return d
}

func (d *ramDisk) step(what, path string) error {
	if d.steps == 0 {
		return errCut
	}
	if d.steps > 0 {
		d.steps--
	}
	if d.fail != nil {
		return d.fail(what, path)
	}
	return nil
}

func (d *ramDisk) renamed(change func()) {
	change()
	d.pending = append(d.pending, maps.Clone(d.names))
}

func (d *ramDisk) read(path string, most int64) ([]byte, error) {
	i, ok := d.names[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	b := bytes.Clone(d.nodes[i].now)
	return b[:min(int64(len(b)), most+1)], nil
}

type ramHandle struct {
	d    *ramDisk
	n    *node
	path string
	at   int
}

func (d *ramDisk) create(path string) (handle, error) {
	if err := d.step("create", path); err != nil {
		return nil, err
	}
	if _, ok := d.names[path]; ok {
		return nil, fs.ErrExist
	}
	n := &node{}
	d.nodes = append(d.nodes, n)
	d.renamed(func() { d.names[path] = len(d.nodes) - 1 })
	return &ramHandle{d: d, n: n, path: path}, nil
}

func (d *ramDisk) open(path string) (handle, error) {
	i, ok := d.names[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	if d.fail != nil {
		if err := d.fail("open", path); err != nil {
			return nil, err
		}
	}
	return &ramHandle{d: d, n: d.nodes[i], path: path}, nil
}

func (h *ramHandle) Write(b []byte) (int, error) {
	if h.d.fail != nil {
		if err := h.d.fail("write", h.path); err != nil {
			return 0, err
		}
	}
	n := len(b)
	if h.d.steps >= 0 {
		n = min(n, h.d.steps)
		h.d.steps -= n
	}
	h.n.now = append(h.n.now[:h.at:h.at], append(bytes.Clone(b[:n]), h.n.now[min(len(h.n.now), h.at+n):]...)...)
	h.at += n
	if n < len(b) {
		return n, errCut
	}
	return n, nil
}

func (h *ramHandle) Sync() error {
	if err := h.d.step("sync", h.path); err != nil {
		return err
	}
	h.n.durable = bytes.Clone(h.n.now)
	return nil
}

func (h *ramHandle) Size() (int64, error) { return int64(len(h.n.now)), nil }
func (h *ramHandle) Close() error         { return nil }

func (d *ramDisk) rename(from, to string) error {
	if err := d.step("rename", from); err != nil {
		return err
	}
	d.renamed(func() { d.names[to] = d.names[from]; delete(d.names, from) })
	return nil
}

func (d *ramDisk) remove(path string) error {
	if _, ok := d.names[path]; !ok {
		return fs.ErrNotExist
	}
	if err := d.step("remove", path); err != nil {
		return err
	}
	d.renamed(func() { delete(d.names, path) })
	return nil
}

func (d *ramDisk) syncDir(path string) error {
	if err := d.step("syncdir", path); err != nil {
		return err
	}
	d.durable, d.pending = maps.Clone(d.names), nil
	return nil
}

func (d *ramDisk) keepsOpen() bool { return !d.pinned }

// after are the contents that a file may have once the power is back: each number
// of the changed names may have reached the disk, and of what was not synced all,
// half, nothing, or room without the bytes. nil stands for no file.
func (d *ramDisk) after(path string) (all [][]byte) {
	for _, names := range append([]map[string]int{d.durable}, d.pending...) {
		i, ok := names[path]
		if !ok {
			all = append(all, nil)
			continue
		}
		n := d.nodes[i]
		all = append(all, append([]byte{}, n.durable...))
		if !bytes.Equal(n.durable, n.now) {
			torn := append(bytes.Clone(n.now[:len(n.now)/2]), n.durable[min(len(n.durable), len(n.now)/2):]...)
			all = append(all, bytes.Clone(n.now), torn, make([]byte, len(n.now)))
		}
	}
	return all
}

func TestACutAtAnyByteLeavesTheOldFileOrTheNew(t *testing.T) {
	const path = "/node/godwit.slots"
	was, want := bytes.Repeat([]byte("old."), 300), bytes.Repeat([]byte("new!"), 320)
	for _, c := range []struct {
		why    string
		files  map[string][]byte
		pinned bool
	}{
		{"a first file", nil, false},
		{"over another", map[string][]byte{path: was}, false},
		{"over another, with the leftover of a cut", map[string][]byte{path: was, fresh(path): []byte("half of som")}, false},
		{"where a file cannot be kept open", map[string][]byte{path: was}, true},
	} {
		t.Run(c.why, func(t *testing.T) {
			finished := false
			for steps := 0; !finished; steps++ {
				d := newRAMDisk(c.files)
				d.steps, d.pinned = steps, c.pinned
				err := write(d, path, want)
				if finished = err == nil && d.steps > 0; steps > 5000 {
					t.Fatal("never comes to an end")
				}
				for _, got := range d.after(path) {
					isNew := bytes.Equal(got, want)
					if !isNew && !bytes.Equal(got, c.files[path]) {
						t.Fatalf("cut after %d steps: neither the old file nor the new (%d bytes)", steps, len(got))
					}
					if err == nil && !isNew {
						t.Fatalf("cut after %d steps: it was said to be written and is not there", steps)
					}
				}
			}
		})
	}
}

func TestTheBlocksOfAnOldFileAreOverwritten(t *testing.T) {
	const path = "/node/godwit.slots"
	old := bytes.Repeat([]byte("old."), 300)
	d := newRAMDisk(map[string][]byte{path: old})
	if err := write(d, path, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(d.nodes[0].durable, []byte("old.old.")) {
		t.Error("the old file lies in free space")
	}
}

func TestAWriteThatFailsLeavesTheOldFileAndNoOther(t *testing.T) {
	const path = "/node/godwit.slots"
	for _, what := range []string{"create", "write", "sync", "rename"} {
		d := newRAMDisk(map[string][]byte{path: []byte("old")})
		d.fail = func(w, _ string) error {
			if w == what {
				return errors.New("no")
			}
			return nil
		}
		if err := write(d, path, []byte("new")); err == nil {
			t.Errorf("%s fails and nobody is told", what)
		}
		if b, _ := d.read(path, 100); string(b) != "old" || len(d.names) != 1 {
			t.Errorf("%s fails: %q, %v", what, b, d.names)
		}
	}
}

// The folder could not be synced, so the old file may be what comes back.
func TestAnOldFileThatMayComeBackIsNotOverwritten(t *testing.T) {
	const path = "/node/godwit.slots"
	d := newRAMDisk(map[string][]byte{path: []byte("old")})
	d.fail = func(what, _ string) error {
		if what == "syncdir" {
			return errors.New("no")
		}
		return nil
	}
	if err := write(d, path, []byte("new")); err == nil {
		t.Error("nobody is told")
	}
	for _, got := range d.after(path) {
		if string(got) != "old" && string(got) != "new" {
			t.Errorf("%q may come back", got)
		}
	}
}

// At no moment of a destruction may the file be unreadable and yet come back, and
// when it is said to be done nothing of it is anywhere.
func TestDestructionIsSureOfItsOrder(t *testing.T) {
	const path = "/node/godwit.slots"
	secret := bytes.Repeat([]byte("slot"), 300)
	for _, c := range []struct {
		why   string
		files map[string][]byte
	}{
		{"whole", map[string][]byte{path: secret}},
		{"and one half written", map[string][]byte{path: secret, fresh(path): secret[:600], "/usb/host.key": secret[:64]}},
		{"half gone", map[string][]byte{path: secret[:100]}},
		{"only a half-written one", map[string][]byte{fresh(path): secret[:600]}},
		{"empty", map[string][]byte{path: {}}},
		{"nothing", nil},
	} {
		t.Run(c.why, func(t *testing.T) {
			for steps, done := 0, false; !done; steps++ {
				d := newRAMDisk(c.files)
				d.steps = steps
				err := NewSlots(Options{Path: path, disk: d}).Destroy("/usb/host.key")
				if done = err == nil; !done {
					// Whoever comes back after the cut finishes it.
					d.steps = -1
					if err := NewSlots(Options{Path: path, disk: d}).Destroy("/usb/host.key"); err != nil {
						t.Fatalf("again after %d steps: %v", steps, err)
					}
				}
				for _, p := range []string{path, fresh(path), "/usb/host.key"} {
					for _, left := range d.after(p) {
						if left != nil {
							t.Fatalf("cut after %d steps: %s is there with %d bytes", steps, p, len(left))
						}
					}
				}
				for i, n := range d.nodes {
					if bytes.Contains(n.durable, []byte("slotslot")) {
						t.Fatalf("cut after %d steps: the blocks of file %d hold it still", steps, i)
					}
				}
			}
		})
	}
}

func TestADestructionThatFailsSaysSoAndGoesOnWithTheRest(t *testing.T) {
	const path = "/node/godwit.slots"
	for _, what := range []string{"open", "write", "sync", "remove", "syncdir"} {
		d := newRAMDisk(map[string][]byte{path: []byte("slots"), "/usb/host.key": []byte("key")})
		d.fail = func(w, p string) error {
			if w == what && filepath.Dir(p) == "/node" {
				return fmt.Errorf("no %s", w)
			}
			return nil
		}
		if err := NewSlots(Options{Path: path, disk: d}).Destroy("/usb/host.key"); err == nil {
			t.Errorf("%s fails and nobody is told", what)
		}
		if _, there := d.names["/usb/host.key"]; there {
			t.Errorf("%s fails on the slots and the key file was left", what)
		}
		if b := d.nodes[0].durable; what != "open" && what != "write" && what != "sync" && bytes.Equal(b, []byte("slots")) {
			t.Errorf("%s fails and nothing was overwritten", what)
		}
		if _, there := d.names[path]; there && what != "remove" {
			t.Errorf("%s fails and the name was left", what)
		}
	}
}
