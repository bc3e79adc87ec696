package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/epi"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/area/border/traveller"
	"github.com/godwit-health/godwit/internal/area/mobility"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/across"
	"github.com/godwit-health/godwit/internal/area/surveillance/alert"
	"github.com/godwit-health/godwit/internal/area/surveillance/analysis"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/area/travel"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// copied are the kinds of which a node has more every day. What a programme sets up once
// (points, posts, stations, outbreaks, matrices, who reports) stays as the demo has it.
var copied = []string{
	"border.shift", "border.tally", "border.closing", "border.screening", "border.measure", "border.conveyance", "border.companion", "border.found", "border.declaration",
	"surveillance.signal", "surveillance.signal_person", "surveillance.reported", "surveillance.notified", "surveillance.received", "surveillance.alert", "surveillance.case", "surveillance.contact", "surveillance.link", "surveillance.deaths",
	"surveillance.notice", "surveillance.notice_answer", "surveillance.notice_sent", "surveillance.notice_taken",
	"mobility.group", "mobility.watched", "mobility.answer", "travel.movement", "travel.traveller",
}

// history is over how many weeks before today the copies lie: ten years.
const history = 520

// filler fills a node by copying the documents of its demo: each copy is the whole of them
// a number of weeks earlier, under ids of its own, so that a contact's copy has the copy of
// its case. The rows are written by the projections of the kinds, as the journal would, and
// the journal itself is left as it is: no page that is measured reads it.
type filler struct {
	d      *db.DB
	j      *journal.Journal
	kinds  map[string]journal.Kind
	docs   []*journal.Doc
	known  map[db.ID]bool // ids that a copy has of its own
	copies int            // made so far
	every  int            // weeks between two copies; where there are more copies than weeks they lie beside each other
}

func newFiller(ctx context.Context, d *db.DB, j *journal.Journal) (*filler, error) {
	f := &filler{d: d, j: j, every: 1, kinds: map[string]journal.Kind{}, known: map[db.ID]bool{}}
	for _, list := range [][]journal.Kind{border.Kinds(), traveller.Kinds(), surveillance.Kinds(), linelist.Kinds(), across.Kinds(), alert.Kinds(), analysis.Kinds(), mobility.Kinds(), travel.Kinds()} {
		for _, k := range list {
			f.kinds[k.Name] = k
		}
	}
	return f, d.Read(ctx, func(tx *db.Tx) error {
		for _, kind := range copied {
			if _, there := f.kinds[kind]; !there {
				return fmt.Errorf("no area has a kind %s", kind)
			}
			ids, err := tx.IDs("SELECT id FROM journal_documents WHERE kind = ? ORDER BY id", kind)
			if err != nil {
				return err
			}
			for _, id := range ids {
				doc, err := j.Load(tx, id)
				if err != nil {
					return err
				}
				f.docs = append(f.docs, doc)
				f.known[id] = true
				if doc.Subject != (db.ID{}) {
					f.known[doc.Subject] = true
				}
			}
		}
		return nil
	})
}

// oncePerHour is a kind whose document is named by its content: a second one of the same
// hour cannot be.
const oncePerHour = "mobility.watched"

// perWrite is how many copies of all documents one transaction holds.
const perWrite = 4

// fill makes copies until there are about so many rows, and answers how many documents it
// wrote.
func (f *filler) fill(ctx context.Context, records int) (int, error) {
	wrote := 0
	for f.copies*len(f.docs) < records {
		err := f.d.Write(ctx, func(tx *db.Tx) error {
			for range perWrite {
				for _, doc := range f.docs {
					c, err := f.copy(doc, f.copies)
					if err != nil {
						return err
					}
					if err := f.kinds[doc.Kind].Project(tx, c); err != nil {
						return fmt.Errorf("%s: %w", doc.Kind, err)
					}
					wrote++
				}
				f.copies++
			}
			return nil
		})
		if err != nil {
			return wrote, err
		}
	}
	return wrote, nil
}

// copy is a document in the k-th copy.
func (f *filler) copy(doc *journal.Doc, k int) (*journal.Doc, error) {
	days, copyID := -7*(1+k*f.every%history), k
	if doc.Kind == oncePerHour {
		copyID = k * f.every % history // an hour of a point is watched once, whoever says it
	}
	return doc.Another(f.id(doc.ID, copyID), f.id(doc.Subject, k), func(raw json.RawMessage) (json.RawMessage, error) {
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.UseNumber()
		var v any
		if err := dec.Decode(&v); err != nil {
			return nil, err
		}
		return json.Marshal(f.moved(v, k, days))
	})
}

// id is an id of a copy; what is not copied keeps its own.
func (f *filler) id(id db.ID, k int) db.ID {
	if !f.known[id] {
		return id
	}
	h := sha256.Sum256(binary.LittleEndian.AppendUint64(id[:], uint64(k)))
	out := db.ID(h[:16])
	out[6], out[8] = 0x80|out[6]&0x0f, 0x80|out[8]&0x3f // RFC 9562, version 8
	return out
}

var (
	isDate = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}`)
	isWeek = regexp.MustCompile(`^\d{4}-W\d{2}$`)
)

// moved is a value some days earlier: a day and an hour as the journal numbers them, a
// date, a moment, a week, an id.
func (f *filler) moved(v any, k, days int) any {
	switch x := v.(type) {
	case map[string]any:
		for name, in := range x {
			x[name] = f.moved(in, k, days)
		}
	case []any:
		for i, in := range x {
			x[i] = f.moved(in, k, days)
		}
	case json.Number:
		if n, err := strconv.Atoi(x.String()); err == nil {
			now := int(calendar.DayOfTime(time.Now()))
			switch {
			case n > now-1000 && n < now+1000:
				return n + days
			case n > 24*(now-1000) && n < 24*(now+1000):
				return n + 24*days
			}
		}
	case string:
		switch {
		case len(x) == 36 && strings.Count(x, "-") == 4:
			if id, err := db.ParseID(x); err == nil {
				return f.id(id, k).String()
			}
		case isWeek.MatchString(x):
			if w, err := epi.ParseWeek(x); err == nil {
				return epi.WeekOf(w.Monday().AddDate(0, 0, days)).String()
			}
		case isDate.MatchString(x):
			if d, err := calendar.ParseDay(x[:10]); err == nil {
				return (d + calendar.Day(days)).String() + x[10:]
			}
		}
	}
	return v
}

// rows counts the rows of the tables of the copied kinds, and of the tallies.
func (f *filler) rows(ctx context.Context) (out map[string]int64, err error) {
	tables := map[string]bool{"tally_counts": true}
	for _, kind := range copied {
		for _, t := range f.kinds[kind].Tables {
			tables[t] = true
		}
	}
	out = map[string]int64{}
	return out, f.d.Read(ctx, func(tx *db.Tx) error {
		for _, t := range slices.Sorted(maps.Keys(tables)) {
			var n int64
			if err := tx.Row("SELECT count(*) FROM " + t).Scan(&n); err != nil {
				return err
			}
			out[t] = n
		}
		return nil
	})
}
