package sim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// What others lost, each as it was told by whom it happened to. A failure panics.

// told is a world without a plan, of nodes at these sites.
func told(t *testing.T, hub int, nodes ...planned) *world {
	w := newWorld(t, plan{Seed: 7, Hub: hub, Nodes: nodes})
	t.Cleanup(w.end)
	return w
}

// new records a document and answers its id.
func (m *machine) new(kind string, subject db.ID, fields map[string]any) db.ID {
	m.on()
	id := db.NewID()
	if kind == kindPerson {
		subject = id
	}
	m.ok(journal.Change{Kind: kind, Doc: id, Subject: subject, Site: m.site, Sensitivity: journal.Clinical, Fields: fields})
	return id
}

func (m *machine) edit(id db.ID, fields map[string]any) {
	d := m.load(id)
	m.ok(journal.Change{Kind: d.Kind, Doc: id, Base: d.Version, Fields: fields})
}

func (m *machine) ok(changes ...journal.Change) {
	if !m.w.put(m, almaz, changes...) {
		m.w.fail("%s did not acknowledge", m.name)
	}
}

// sync brings nodes to a level with the hub, in this order.
func (w *world) sync(nodes ...*machine) {
	for _, n := range nodes {
		if !w.through(n) {
			w.fail("%s does not come to a level", n.name)
		}
	}
}

func (m *machine) field(id db.ID, name string) string {
	d := m.load(id)
	if d == nil {
		return "none"
	}
	return string(d.Fields[name])
}

func (m *machine) open(id db.ID) (topics []string) {
	m.w.must(m, m.read(func(tx *db.Tx) error {
		all, err := m.svc.Journal.ReviewsOf(tx, id)
		for _, r := range all {
			if r.Resolved.IsZero() {
				topics = append(topics, r.Topic)
			}
		}
		return err
	}))
	return topics
}

func same[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// medic/cht-core #5701: contacts are moved to another place, and what is edited
// afterwards on a device that still has them does not sync any more; nobody is told.
func TestAPersonWhoWasMovedIsStillSyncedFromBothPlaces(t *testing.T) {
	w := told(t, 2, planned{"camp", 2}, planned{"port", 2})
	a, b := w.nodes[0], w.nodes[1]
	amal := a.new(kindPerson, db.ID{}, map[string]any{"given": "Amal"})
	one := a.new(kindFamily, db.ID{}, map[string]any{"family_name": "one"})
	member := a.new(kindMember, amal, map[string]any{"to": one.String()})
	w.sync(a, b)
	same(t, "before the move, at the port", b.field(amal, "given"), "none")
	two := b.new(kindFamily, db.ID{}, map[string]any{"family_name": "two"})
	w.sync(b)
	d := w.hub.load(member)
	w.hub.ok(journal.Change{Kind: kindMember, Doc: member, Base: d.Version, Site: "port", Fields: map[string]any{"to": two.String()}})
	a.edit(amal, map[string]any{"given": "Amal B"}) // has not heard of the move
	w.sync(a, b)
	same(t, "edited at the old place, at the new one", b.field(amal, "given"), `"Amal B"`)
	a.edit(amal, map[string]any{"phone": "old place"})
	b.edit(amal, map[string]any{"allergy": "new place"})
	w.sync(a, b, a)
	for _, m := range w.all() {
		same(t, "edited at the old place, at "+m.name, m.field(amal, "phone"), `"old place"`)
		same(t, "edited at the new place, at "+m.name, m.field(amal, "allergy"), `"new place"`)
	}
	w.check()
}

// Tangerine-Community/Tangerine #2722: of two responses to one form one is lost, and
// no conflict is listed.
func TestOfTwoAnswersToOneFormNoneIsLostAndTheConflictIsListed(t *testing.T) {
	w := told(t, 2, planned{"camp", 2}, planned{"camp", 2})
	a, b := w.nodes[0], w.nodes[1]
	amal := a.new(kindPerson, db.ID{}, map[string]any{"given": "Amal"})
	form := a.new(kindNote, amal, map[string]any{"fact": "opened"})
	w.sync(a, b)
	a.edit(form, map[string]any{"fact": "coughs", "phone": "1", "pregnant": "yes"})
	b.edit(form, map[string]any{"fact": "fever", "phone": "2", "pregnant": "no"})
	w.sync(a, b, a)
	for _, m := range w.all() {
		d := m.load(form)
		s := m.shows(form)
		for _, word := range []string{"opened", "coughs", "fever"} {
			if !strings.Contains(s, word) {
				t.Errorf("%s has lost %q", m.name, word)
			}
		}
		same(t, "phones at "+m.name, len(d.Disputed["phone"]), 2)
		same(t, "pregnant, until somebody decides, at "+m.name, string(d.Fields["pregnant"]), "")
		same(t, "conflicts listed at "+m.name, fmt.Sprint(m.open(form)), "[phone pregnant]")
	}
	w.check()
}

// Tangerine-Community/Tangerine #2484: what comes out depends on who presses sync first.
func TestItDoesNotMatterWhoSyncsFirst(t *testing.T) {
	var outcomes []string
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}} {
		w := told(t, 2, planned{"camp", 2}, planned{"camp", 2}, planned{"camp", 2})
		amal := w.nodes[0].new(kindPerson, db.ID{}, map[string]any{"given": "Amal"})
		w.sync(w.nodes...)
		for i, n := range w.nodes {
			n.edit(amal, map[string]any{"given": fmt.Sprint("by ", i), "allergy": fmt.Sprint("seen by ", i), "fact": fmt.Sprint("noted by ", i)})
		}
		for range 2 {
			for _, i := range order {
				w.sync(w.nodes[i])
			}
		}
		for _, m := range w.all() {
			outcomes = append(outcomes, m.shows(amal))
		}
		w.check()
		w.end()
	}
	if slices.Sort(outcomes); outcomes[0] != outcomes[len(outcomes)-1] {
		t.Errorf("one comes out as\n%s\nand one as\n%s", outcomes[0], outcomes[len(outcomes)-1])
	}
}

// apache/pouchdb #4651: of two first revisions of one document one could be lost.
func TestOfTwoFirstRevisionsOfOneDocumentBothAreKept(t *testing.T) {
	w := told(t, 2, planned{"camp", 2}, planned{"camp", 2})
	a, b := w.nodes[0], w.nodes[1]
	amal := a.new(kindPerson, db.ID{}, map[string]any{"given": "Amal"})
	w.sync(a, b)
	card := db.NewID() // its id follows from what it is about, on both machines
	for i, n := range w.nodes {
		n.ok(journal.Change{Kind: kindNote, Doc: card, Subject: amal, Site: "camp", Sensitivity: journal.Clinical,
			Fields: map[string]any{"phone": fmt.Sprint(i), "fact": fmt.Sprint("fact ", i)}})
	}
	w.sync(b, a, b)
	for _, m := range w.all() {
		same(t, "first revisions at "+m.name, len(m.load(card).Disputed["phone"]), 2)
		same(t, "the conflict at "+m.name, fmt.Sprint(m.open(card)), "[phone]")
	}
	w.check()
}

// avniproject/avni-server #902: two workers who are offline register the same patient.
func TestAPatientWhomTwoWorkersRegisterIsLinkedAndTheLinkCanBeUndone(t *testing.T) {
	w := told(t, 2, planned{"camp", 2}, planned{"camp", 2})
	a, b := w.nodes[0], w.nodes[1]
	one := a.new(kindPerson, db.ID{}, map[string]any{"given": "Amal"})
	two := b.new(kindPerson, db.ID{}, map[string]any{"given": "Amel"})
	w.sync(a, b, a)
	there := a.new(kindSame, one, map[string]any{"to": two.String()}) // each from the own side, before they meet
	back := b.new(kindSame, two, map[string]any{"to": one.String()})
	note := b.new(kindNote, two, map[string]any{"fact": "measles dose"})
	w.sync(b, a, b)
	for _, m := range w.all() {
		for _, id := range []db.ID{one, two, there, back, note} {
			if m.load(id) == nil {
				t.Errorf("%s is not at %s", id, m.name)
			}
		}
	}
	d := a.load(there)
	a.ok(journal.Change{Kind: kindSame, Doc: there, Base: d.Version, EnteredInError: true})
	w.sync(a, b)
	same(t, "the link that was undone", b.load(there).Error, true)
	same(t, "whose note it is still", b.load(note).Subject, two)
	w.check()
}

// PowerSync: a write that the server rejects blocks all that wait behind it.
func TestAChangeThatTheHubCannotUseBlocksNothingBehindIt(t *testing.T) {
	w := told(t, 1, planned{"camp", 2})
	a, hub := w.nodes[0], w.hub
	amal := a.new(kindPerson, db.ID{}, map[string]any{"given": "Amal"})
	bilal := a.new(kindPerson, db.ID{}, map[string]any{"given": "Bilal"})
	w.sync(a)
	later := a.new(kindLater, bilal, map[string]any{"since2": "newer than the hub"})
	a.edit(amal, map[string]any{"given": "edited"})
	behind := a.new(kindPerson, db.ID{}, map[string]any{"given": "Chaltu"})
	w.must(hub, hub.write(func(tx *db.Tx) error { return hub.svc.Journal.Erase(tx, almaz, bruno, amal, "request") }))
	w.sync(a)
	same(t, "what waits behind", hub.field(behind, "given"), `"Chaltu"`)
	same(t, "what was erased meanwhile", a.field(amal, "given"), "none")
	hub.version = 2
	hub.revive(hub.halt(true))
	same(t, "what the hub did not know, after its upgrade", hub.field(later, "since2"), `"newer than the hub"`)
}

// nurturenature/jepsen-powersync, atomic transactions: a transaction is there whole or
// not at all, wherever the power goes.
func TestATransactionIsWholeOrNotThereWhereverThePowerGoes(t *testing.T) {
	w := told(t, 2, planned{"camp", 2}, planned{"camp", 2})
	a, b := w.nodes[0], w.nodes[1]
	none, whole := 0, 0
	for i := range 16 {
		fuse := 3 * i
		var ids []db.ID
		var changes []journal.Change
		for i := range 5 {
			ids = append(ids, db.NewID())
			changes = append(changes, journal.Change{Kind: kindPerson, Doc: ids[i], Subject: ids[i], Site: "camp", Sensitivity: journal.Clinical,
				Fields: map[string]any{"given": strings.Repeat("x", 900)}})
		}
		a.disk.fuse = fuse
		acknowledged := w.put(a, almaz, changes...)
		a.down()
		a.disk.fuse = -1
		w.sync(a, b)
		for _, m := range w.all() {
			n := 0
			for _, id := range ids {
				if m.load(id) != nil {
					n++
				}
			}
			if n != 0 && n != 5 || n == 0 && acknowledged {
				t.Errorf("with the power cut after %d writes %s has %d of 5, acknowledged: %v", fuse, m.name, n, acknowledged)
			}
			if n == 0 {
				none++
			} else {
				whole++
			}
		}
	}
	if none == 0 || whole == 0 {
		t.Errorf("%d times nothing and %d times all: the cuts did not fall into the transaction", none, whole)
	}
}

// nurturenature/jepsen-powersync, causal consistency: who has an answer has what it
// answers. It holds whenever an exchange came to its end, whoever wrote on which node.
func TestWhoHasAnAnswerHasWhatItAnswers(t *testing.T) {
	w := told(t, 2, planned{"camp", 2}, planned{"camp", 2}, planned{"camp", 2})
	a, b, c := w.nodes[0], w.nodes[1], w.nodes[2]
	amal := b.new(kindPerson, db.ID{}, map[string]any{"given": "Amal"})
	w.sync(b, a, c)
	var before db.ID
	for i := range 6 { // b's entries stand before a's at the hub, whoever answers whom
		from, to := a, b
		if i%2 == 1 {
			from, to = b, a
		}
		question := from.new(kindNote, amal, map[string]any{"fact": "question", "to": before.String()})
		w.sync(from, to)
		before = to.new(kindNote, amal, map[string]any{"fact": "answer", "to": question.String()})
		w.sync(to)
		w.sync(c)
		for _, id := range c.docs(kindNote) {
			var asked db.ID
			if json.Unmarshal(c.load(id).Fields["to"], &asked); !asked.IsZero() && c.load(asked) == nil {
				t.Errorf("%s has an answer and not the question", c.name)
			}
		}
		same(t, "notes at c", len(c.docs(kindNote)), 2*(i+1))
	}
	w.sync(a, b, c)
	w.check()
}

// nurturenature/jepsen-powersync, strong convergence: machines that have received the
// same changes show the same, although in other orders and in pieces.
func TestMachinesWithTheSameChangesShowTheSame(t *testing.T) {
	w := told(t, 2, planned{"camp", 1}, planned{"camp", 2}, planned{"camp", 1})
	amal := w.nodes[0].new(kindPerson, db.ID{}, map[string]any{"given": "Amal"})
	w.sync(w.nodes...)
	for round := range 5 {
		for i, n := range w.nodes {
			n.edit(amal, map[string]any{"given": fmt.Sprint(round, i), "allergy": fmt.Sprint(round, i), "since2": fmt.Sprint(round, i)})
			w.start(n)
			w.advance(n, w.rng(), 3) // and cut
			n.link = nil
		}
	}
	w.heal()
	w.check()
	for _, n := range w.nodes {
		same(t, "what "+n.name+" shows", n.shows(amal), w.hub.shows(amal))
	}
}

// The hub and a node are both put back, and only another node still has what that one
// wrote: it comes back to it, and its numbers are not given out again.
func TestWhatOnlyAnotherNodeHasComesBackToItsOwn(t *testing.T) {
	for _, wroteAgain := range []bool{false, true} {
		w := told(t, 2, planned{"camp", 2}, planned{"port", 2})
		a, b := w.nodes[0], w.nodes[1]
		own := b.new(kindFamily, db.ID{}, map[string]any{"family_name": "kept here"})
		disk := func(m *machine) snapshot { return snapshot{m.disk.image(), w.step, w.o.have(m)} }
		hub, port := disk(w.hub), disk(b)
		b.edit(own, map[string]any{"family_name": "never seen again"})
		site := b.new(kindSite, db.ID{}, map[string]any{"name": "the bridge"})
		w.sync(b, a)
		w.restore(w.hub, hub, true)
		w.restore(b, port, false)
		if wroteAgain { // under the number of what was lost
			b.edit(own, map[string]any{"family_name": "written again"})
		}
		w.sync(a)
		for range 10 { // it is told to take another name, or to issue again what it wrote
			if w.through(b) {
				break
			}
		}
		w.sync(b, a, b)
		same(t, "at the node that wrote it", b.field(site, "name"), `"the bridge"`)
		w.check()
	}
}

// The hub and a node are put back, the node works on and comes first, and others have
// parts of what it had written, and have written on them.
func TestWhatOnlyPartsOfAForkHaveArrivesOnce(t *testing.T) {
	w := told(t, 2, planned{"camp", 2}, planned{"camp", 2}, planned{"camp", 2})
	a, b, c := w.nodes[0], w.nodes[1], w.nodes[2]
	amal := a.new(kindPerson, db.ID{}, map[string]any{"given": "Amal", "allergy": "none known"})
	w.sync(a, b, c)
	kept := func(m *machine) snapshot { return snapshot{m.disk.image(), w.step, w.o.have(m)} }
	hub, node := kept(w.hub), kept(a)
	a.edit(amal, map[string]any{"allergy": "latex", "fact": "latex"})
	site := a.new(kindSite, db.ID{}, map[string]any{"given": "everywhere"})
	w.sync(a, b)
	b.edit(amal, map[string]any{"phone": "who saw latex"})
	w.sync(b, c)
	w.restore(w.hub, hub, true)
	w.restore(a, node, false)
	w.now = w.now.Add(time.Hour) // it takes the lane of before
	a.edit(amal, map[string]any{"allergy": "penicillin", "fact": "penicillin"})
	a.new(kindPerson, db.ID{}, map[string]any{"given": "Again"})
	w.sync(a, c, b, a, c)
	for _, m := range w.all() {
		d := m.load(amal)
		same(t, "allergies that are disputed at "+m.name, len(d.Disputed["allergy"]), 2)
		same(t, "facts at "+m.name, len(d.Items("facts")), 2)
		same(t, "the phone at "+m.name, m.field(amal, "phone"), `"who saw latex"`)
		same(t, "the site at "+m.name, m.field(site, "given"), `"everywhere"`)
	}
	w.heal()
	w.check()
}
