package journal_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func TestAChangeIsStoredProjectedAndChained(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		id := n.create(fields{"given": "Almaz", "family": "Bekele", "allergy": "none", "note": "first", "phone": "1"})
		wantRow(t, n, id, "Almaz Bekele|allergy none|phone 1|disputed |error false|notes first")
		n.update(bruno, id, fields{"given": "Almāz", "phone": nil, "note": "second"})
		wantRow(t, n, id, "Almāz Bekele|allergy none|phone ?|disputed |error false|notes first;second")
		d := n.load(id)
		if d.Subject != id || d.Site != "centre" || d.Programme != "assessment" || d.Sensitivity != journal.Clinical || d.Kind != "t.person" {
			t.Errorf("the second change lost what it left out: %+v", d)
		}
		if d.CreatedBy != almaz.User || d.UpdatedBy != bruno.User || d.Updated.Before(d.Created) || time.Since(d.Created) > time.Hour {
			t.Errorf("created %v by %s, updated %v by %s", d.Created, d.CreatedBy, d.Updated, d.UpdatedBy)
		}
		if r := n.verify(); r.Entries != 2 || r.Origins != 1 {
			t.Errorf("%+v", r)
		}
		n.rebuild()
	})
}

func TestHistoryKeepsWhatEachAuthorWrote(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		id := n.create(fields{"given": "A<b>&", "family": "x"})
		n.update(bruno, id, fields{"family": "y"})
		var h []journal.Entry
		n.read(func(tx *db.Tx) (err error) { h, err = n.j.History(tx, id); return err })
		if len(h) != 2 || string(h[0].Payload) != `{"family":"x","given":"A<b>&"}` || string(h[1].Payload) != `{"family":"y"}` {
			t.Fatalf("got %v", h)
		}
		if h[1].Actor != bruno.User || h[1].Purpose != "care" || h[1].Schema != 1 || !h[1].Base.Has(h[0].Version) || h[1].Secret != nil {
			t.Errorf("got %+v", h[1].Header)
		}
	})
}

func TestAFormSentTwiceIsAConflict(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		id := n.create(fields{"given": "Almaz"})
		wantCode(t, n.try(almaz, newPerson(id, fields{"given": "Almaz"})), fault.Conflict, "journal.exists")
		other := db.NewID()
		err := n.try(almaz, newPerson(other, nil), newPerson(other, nil))
		wantCode(t, err, fault.Conflict, "journal.exists")
		if r := n.verify(); r.Entries != 1 {
			t.Errorf("%d entries, want 1: a refused Append left something", r.Entries)
		}
		wantRow(t, n, other, "none")
	})
}

func TestManyChangesInOneAppend(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		a := n.create(fields{"given": "A"})
		base := n.load(a).Version
		var all []journal.Change
		var ids []db.ID
		for i := range 300 { // more than one batch, old and new mixed
			if i%100 == 50 {
				all = append(all, edit(a, base, fields{"note": strings.Repeat("n", i)}))
			}
			id := db.NewID()
			ids = append(ids, id)
			all = append(all, newPerson(id, fields{"given": id.String()}))
		}
		n.append(bruno, all...)
		for _, id := range ids {
			if got := n.row(id); !strings.HasPrefix(got, id.String()+"|") {
				t.Fatalf("%s: %s", id, got)
			}
		}
		if d := n.load(a); len(d.Items("notes")) != 3 {
			t.Errorf("%d notes, want 3", len(d.Items("notes")))
		}
		if r := n.verify(); r.Entries != 304 {
			t.Errorf("%d entries", r.Entries)
		}
		n.rebuild()
	})
}

func TestAppendAndLoadInOneTransaction(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		id := db.NewID()
		n.write(func(tx *db.Tx) error {
			if err := n.j.Append(tx, almaz, newPerson(id, fields{"given": "A"})); err != nil {
				return err
			}
			d, err := n.j.Load(tx, id)
			if err != nil {
				return err
			}
			return n.j.Append(tx, almaz, edit(id, d.Version, fields{"family": "B"}))
		})
		wantRow(t, n, id, "A B|allergy ?|phone ?|disputed |error false|notes ")
		n.verify()
	})
}

func TestARolledBackAppendLeavesNoGap(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		id := n.create(fields{"given": "A"})
		no := fault.New(fault.Forbidden, "test", "test.no")
		for range 3 {
			err := n.d.Write(t.Context(), func(tx *db.Tx) error {
				if err := n.j.Append(tx, almaz, newPerson(db.NewID(), nil), newPerson(db.NewID(), nil)); err != nil {
					return err
				}
				return no
			})
			wantCode(t, err, fault.Forbidden, "test.no")
		}
		n.update(almaz, id, fields{"given": "B"})
		if r := n.verify(); r.Entries != 2 || r.Origins != 1 {
			t.Errorf("%+v; want 2 entries of 1 origin", r)
		}
	})
}

func TestBadChangesAreRefused(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		id := n.create(fields{"given": "A"})
		base := n.load(id).Version
		other := n.create(nil)
		n.update(almaz, other, fields{"given": "later"})
		long := strings.Repeat("x", 300)
		good := func(f func(*journal.Change)) journal.Change {
			c := newPerson(db.NewID(), nil)
			f(&c)
			return c
		}
		for name, c := range map[string]struct {
			by    journal.Author
			c     journal.Change
			field string
		}{
			"no author":          {journal.Author{}, newPerson(db.NewID(), nil), "actor"},
			"no document":        {almaz, newPerson(db.ID{}, nil), "doc"},
			"no sensitivity":     {almaz, good(func(c *journal.Change) { c.Sensitivity = 0 }), "sensitivity"},
			"bad sensitivity":    {almaz, good(func(c *journal.Change) { c.Sensitivity = 9 }), "sensitivity"},
			"unknown kind":       {almaz, good(func(c *journal.Change) { c.Kind = "t.nothing" }), "kind"},
			"the erasure's kind": {almaz, good(func(c *journal.Change) { c.Kind = "journal.erasure" }), "kind"},
			"long site":          {almaz, good(func(c *journal.Change) { c.Site = long }), "header"},
			"sealed in clear":    {almaz, good(func(c *journal.Change) { c.Sensitivity = journal.Sealed; c.Fields = fields{"note": "x"} }), "sealed"},
			"clear but sealed":   {almaz, good(func(c *journal.Change) { c.Sealed = []byte{1} }), "sealed"},
			"a base from another document that is ahead": {almaz, edit(id, n.load(other).Version, nil), "base"},
			"a huge payload": {almaz, good(func(c *journal.Change) { c.Fields = fields{"note": strings.Repeat("x", 2<<20)} }), "fields"},
			"not JSON":       {almaz, good(func(c *journal.Change) { c.Fields = fields{"note": func() {}} }), "note"},
		} {
			err := n.try(c.by, c.c)
			if fault.FieldOf(err) != c.field {
				t.Errorf("%s: got %v, want field %s", name, err, c.field)
			}
		}
		err := n.try(almaz, journal.Change{Kind: "t.person", Doc: db.NewID(), Base: base, Fields: fields{"given": "x"}})
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("a document that is not there: got %v", err)
		}
		if r := n.verify(); r.Entries != 3 {
			t.Errorf("%d entries, want 3", r.Entries)
		}
	})
}

func TestEnteredInErrorStays(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		id := n.create(fields{"given": "A"})
		c := edit(id, n.load(id).Version, nil)
		c.EnteredInError = true
		n.append(almaz, c)
		wantRow(t, n, id, "A|allergy ?|phone ?|disputed |error true|notes ")
		n.update(almaz, id, fields{"given": "B"})
		if d := n.load(id); !d.Error {
			t.Error("a later change took the mark away")
		}
		n.rebuild()
	})
}

func TestASealedPayloadIsKeptAndNotRead(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		id := db.NewID()
		c := newPerson(id, nil)
		c.Sensitivity, c.Sealed = journal.Sealed, []byte("\x00not JSON\xff")
		n.append(almaz, c)
		more := edit(id, n.load(id).Version, nil)
		more.Sealed = []byte("more")
		n.append(bruno, more)
		d := n.load(id)
		items := d.SealedItems()
		if len(items) != 2 || string(items[0].Sealed) != "\x00not JSON\xff" || items[1].By != bruno.User || len(d.Fields) != 0 {
			t.Errorf("got %+v", items)
		}
		mark := edit(id, d.Version, nil)
		mark.EnteredInError = true
		n.append(almaz, mark)
		if d := n.load(id); !d.Error || len(d.SealedItems()) != 2 {
			t.Errorf("got %+v", d)
		}
		n.verify()
		n.rebuild()
	})
}

func TestValuesComeBackAsEncodingJSONWouldReadThem(t *testing.T) {
	n := sqliteNode(t)
	type nested struct {
		Code string   `json:"code"`
		List []string `json:"list"`
	}
	type record struct {
		S  string          `json:"s"`
		E  string          `json:"e"`
		I  int             `json:"i"`
		I8 int8            `json:"i8"`
		F  float64         `json:"f"`
		B  bool            `json:"b"`
		ID db.ID           `json:"id"`
		T  time.Time       `json:"t"`
		N  nested          `json:"n"`
		P  *string         `json:"p"`
		R  json.RawMessage `json:"r"`
		M  map[string]int  `json:"m"`
		U  string          `json:"-"`
	}
	at := time.Date(2026, 2, 3, 4, 5, 6, 7, time.UTC)
	text := "x"
	in := fields{"s": "አልማዝ", "e": "a\"\\\n\t\x01\u2028<>&", "i": -5, "i8": 127, "f": 1.5e-9, "b": true, "id": almaz.User, "t": at,
		"n": nested{"c", []string{"a", "b"}}, "p": &text, "r": json.RawMessage(`{"k": [1, 2]}`), "m": map[string]int{"z": 1, "a": 2}}
	id := n.create(in)
	var got, want record
	if err := n.load(id).Decode(&got); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	g, _ := json.Marshal(got)
	w, _ := json.Marshal(want)
	if string(g) != string(w) {
		t.Errorf("got  %s\nwant %s", g, w)
	}
	var wrong struct {
		S int `json:"s"`
	}
	err = n.load(id).Decode(&wrong)
	if fault.FieldOf(err) != "s" || strings.Contains(err.Error(), "አልማዝ") {
		t.Errorf("a wrong type: got %v", err)
	}
	var untagged struct{ S string }
	if err := n.load(id).Decode(&untagged); err != nil || untagged.S != "አልማዝ" {
		t.Errorf("untagged: %+v, %v", untagged, err)
	}
	var loose map[string]any
	if err := n.load(id).Decode(&loose); err != nil || loose["b"] != true {
		t.Errorf("map: %v, %v", loose, err)
	}
}

func TestTheSameFieldsGiveTheSameBytes(t *testing.T) {
	n := sqliteNode(t)
	var payloads []string
	for range 20 {
		id := n.create(fields{"b": 1, "a": "x", "given": "G", "c": nil, "z": map[string]any{"y": 1, "x": 2}})
		n.read(func(tx *db.Tx) error {
			h, err := n.j.History(tx, id)
			payloads = append(payloads, string(h[0].Payload))
			return err
		})
	}
	if slices.Sort(payloads); payloads[0] != payloads[19] || payloads[0] != `{"a":"x","b":1,"c":null,"given":"G","z":{"x":2,"y":1}}` {
		t.Errorf("got %s and %s", payloads[0], payloads[19])
	}
}
