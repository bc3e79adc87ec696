package order

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// resultDoc is a result in the journal. Main is the result it is a part of, zero
// for the result itself.
type resultDoc struct {
	Order       db.ID               `json:"order,omitzero"`
	Station     string              `json:"station,omitempty"`
	Main        db.ID               `json:"main,omitzero"`
	Form        string              `json:"form,omitempty"`
	Specimen    int                 `json:"specimen,omitempty"`
	Label       string              `json:"label,omitempty"`
	On          string              `json:"on"`
	At          time.Time           `json:"at"`
	Answers     value.Facts         `json:"answers,omitempty"`
	Facts       map[string]Observed `json:"facts,omitempty"`
	Corrects    db.ID               `json:"corrects,omitzero"`
	Reason      string              `json:"reason,omitempty"`
	Seen        []db.ID             `json:"seen,omitempty"`
	Partial     bool                `json:"partial,omitempty"`
	Refused     bool                `json:"refused,omitempty"`
	Care        bool                `json:"care,omitempty"`
	ErrorReason string              `json:"error_reason,omitempty"`
}

func actOf(s string) form.Act { return form.Act(s) }

func parseDay(s string) calendar.Day {
	d, err := calendar.ParseDay(s)
	if err != nil {
		return 0
	}
	return d
}

func projectResult(tx *db.Tx, d *journal.Doc) error {
	var r resultDoc
	if err := d.Decode(&r); err != nil {
		return err
	}
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	main := r.Main
	if main.IsZero() {
		main = d.ID
	}
	if _, err = tx.Exec(`INSERT INTO care_result (id, main, subject, site, programme, sensitivity, station, order_id, corrects, in_error, usr, at, care, body)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity, in_error = excluded.in_error, body = excluded.body`,
		d.ID, main, d.Subject, d.Site, d.Programme, int(d.Sensitivity), r.Station, r.Order, r.Corrects, d.Error, d.CreatedBy, r.At, r.Care, string(body)); err != nil {
		return err
	}
	if _, err := tx.Exec("DELETE FROM care_observation WHERE doc = ?", d.ID); err != nil || d.Error {
		return err
	}
	for _, code := range codesOf(r.Facts) {
		v, err := json.Marshal(r.Facts[code].Value)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO care_observation (doc, code, result, subject, sensitivity, order_id, specimen, day, value, unit, usr, at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			d.ID, code, main, d.Subject, int(d.Sensitivity), r.Order, r.Specimen, parseDay(r.On), string(v), r.Facts[code].Unit, d.CreatedBy, r.At); err != nil {
			return err
		}
	}
	return nil
}

func codesOf(facts map[string]Observed) []string {
	out := make([]string, 0, len(facts))
	for c := range facts {
		out = append(out, c)
	}
	slices.Sort(out)
	return out
}

// standing is the condition for an observation (alias v) or a result part (alias
// r) that was not replaced. A correction replaces the parts of its own
// sensitivity: whoever may not see a part cannot correct it away.
const standing = ` NOT EXISTS (SELECT 1 FROM care_result c WHERE c.corrects = v.result AND c.sensitivity = v.sensitivity AND c.in_error = 0)`

// observations lists what holds of a person's observations, oldest first; all
// codes when none is named.
func observations(tx *db.Tx, subject db.ID, codes []string) ([]Observation, error) {
	sql := `SELECT v.result, v.order_id, v.code, v.value, v.unit, v.day, v.specimen, v.usr, v.at, v.sensitivity, v.doc
		FROM care_observation v WHERE v.subject = ? AND` + standing
	args := []any{subject}
	if len(codes) > 0 {
		sql += " AND v.code IN (" + strings.TrimSuffix(strings.Repeat("?,", len(codes)), ",") + ")"
		for _, c := range codes {
			args = append(args, c)
		}
	}
	rows, err := tx.Query(sql+" ORDER BY v.day, v.at, v.doc, v.code", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Observation
	var docs []db.ID // of which each observation is a part
	for rows.Next() {
		var o Observation
		var doc db.ID
		var val string
		var sens int
		if err := rows.Scan(&o.Result, &o.Order, &o.Code, &val, &o.Unit, &o.On, &o.Specimen, &o.By, &o.At, &sens, &doc); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(val), &o.Value); err != nil {
			return nil, err
		}
		o.Sens = journal.Sensitivity(sens)
		out, docs = append(out, o), append(docs, doc)
	}
	if err := rows.Err(); err != nil || len(out) == 0 {
		return out, err
	}
	seen, err := seenBy(tx, subject, docs)
	if err != nil {
		return nil, err
	}
	for i, doc := range docs {
		out[i].Seen = seen[doc]
	}
	return out, nil
}

// seenBy reads what the author of each of some results of a person had seen. It is
// read apart: an examination has forty observations and one body.
func seenBy(tx *db.Tx, subject db.ID, docs []db.ID) (map[db.ID][]db.ID, error) {
	rows, err := tx.Query("SELECT id, body FROM care_result WHERE subject = ?", subject)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[db.ID][]db.ID{}
	for rows.Next() {
		var id db.ID
		var body string
		if err := rows.Scan(&id, &body); err != nil {
			return nil, err
		}
		if !slices.Contains(docs, id) {
			continue
		}
		var d struct {
			Seen []db.ID `json:"seen"`
		}
		if err := json.Unmarshal([]byte(body), &d); err != nil {
			return nil, err
		}
		out[id] = d.Seen
	}
	return out, rows.Err()
}

// severalOf reads how the specimens of a person's orders combine, and which case each
// order is of.
func severalOf(tx *db.Tx, subject db.ID) (combos, map[db.ID]db.ID, error) {
	rows, err := tx.Query("SELECT "+orderColumns+" FROM care_order o WHERE o.subject = ?", subject)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	out, of := combos{}, map[db.ID]db.ID{}
	for rows.Next() {
		o, codes, err := scanOrder(rows.Scan)
		if err != nil {
			return nil, nil, err
		}
		of[o.ID] = o.Case
		if o.Specimens > 1 {
			out[o.ID] = combo{specimens: o.Specimens, codes: codes}
		}
	}
	return out, of, rows.Err()
}

// part is one row of care_result.
type part struct {
	ID, Main, Subject, Order, Corrects db.ID
	Site, Programme, Station           string
	Sens                               journal.Sensitivity
	InError                            bool
	By                                 db.ID
	Doc                                resultDoc
}

// queryParts lists result parts, oldest first, a main part before its others.
func queryParts(tx *db.Tx, where string, args ...any) ([]part, error) {
	rows, err := tx.Query(`SELECT id, main, subject, order_id, corrects, site, programme, station, sensitivity, in_error, usr, body
		FROM care_result WHERE `+where+` ORDER BY at, main, sensitivity, id`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []part
	for rows.Next() {
		var p part
		var sens int
		var body string
		if err := rows.Scan(&p.ID, &p.Main, &p.Subject, &p.Order, &p.Corrects, &p.Site, &p.Programme, &p.Station, &sens, &p.InError, &p.By, &body); err != nil {
			return nil, err
		}
		p.Sens = journal.Sensitivity(sens)
		if err := json.Unmarshal([]byte(body), &p.Doc); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

// gather makes results of parts; may says which parts the reader sees.
func gather(parts []part, may func(part) bool) []Result {
	var out []Result
	at := map[db.ID]int{}
	for _, p := range parts {
		i, ok := at[p.Main]
		if !ok {
			i = len(out)
			at[p.Main] = i
			d := p.Doc
			out = append(out, Result{ID: p.Main, Order: p.Order, Subject: p.Subject, Form: d.Form, Specimen: d.Specimen, Label: d.Label, On: parseDay(d.On),
				By: p.By, At: d.At, Answers: value.Facts{}, Facts: map[string]Observed{}, Corrects: p.Corrects, Seen: d.Seen, Sens: p.Sens,
				Site: p.Site, Programme: p.Programme, InError: p.InError})
		}
		r := &out[i]
		r.Partial = r.Partial || p.Doc.Partial
		r.Refused = r.Refused || p.Doc.Refused
		if !may(p) {
			r.Hidden = true
			continue
		}
		r.Sens = max(r.Sens, p.Sens)
		r.Care = r.Care || p.Doc.Care
		if p.Doc.Reason != "" {
			r.Reason = p.Doc.Reason
		}
		if p.Doc.ErrorReason != "" {
			r.Reason = p.Doc.ErrorReason
		}
		for k, v := range p.Doc.Answers {
			r.Answers[k] = v
		}
		for k, v := range p.Doc.Facts {
			r.Facts[k] = v
		}
	}
	for i := range out {
		for _, r := range out {
			if r.Corrects == out[i].ID && !r.InError && !out[i].ID.IsZero() {
				out[i].Replaced = r.ID
			}
		}
	}
	return out
}

func everything(part) bool { return true }

// resultsOf lists the results of an order with all their parts, oldest first.
func resultsOf(tx *db.Tx, order db.ID) ([]part, error) { return queryParts(tx, "order_id = ?", order) }

// partsOf reads one result.
func partsOf(tx *db.Tx, result db.ID) ([]part, error) {
	ps, err := queryParts(tx, "main = ?", result)
	if err == nil && len(ps) == 0 {
		err = fault.New(fault.NotFound, "order.partsOf", "order.error.not_found")
	}
	return ps, err
}

// correctionsOf reads what corrects a result.
func correctionsOf(tx *db.Tx, result db.ID) ([]part, error) {
	return queryParts(tx, "corrects = ?", result)
}

// noteOpened remembers that a user read a result. See doc.go: this is no
// projected table.
func noteOpened(tx *db.Tx, result, user, subject db.ID, at time.Time) error {
	_, err := tx.Exec(`INSERT INTO care_opened (result, usr, subject, first, last) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (result, usr) DO UPDATE SET last = excluded.last`, result, user, subject, at, at)
	return err
}

// openedBy lists who read a result, as steps.
func openedBy(tx *db.Tx, result db.ID) ([]Step, error) {
	rows, err := tx.Query("SELECT usr, subject, first FROM care_opened WHERE result = ? ORDER BY first, usr", result)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Step
	for rows.Next() {
		s := Step{Result: result, Kind: StepOpened}
		if err := rows.Scan(&s.By, &s.Subject, &s.At); err != nil {
			return nil, err
		}
		s.On = calendar.DayOfTime(s.At)
		out = append(out, s)
	}
	return out, rows.Err()
}

// actors lists the users who acted on results of a person: told, used, read.
func actors(tx *db.Tx, subject db.ID) ([]db.ID, error) {
	rows, err := tx.Query(`SELECT usr FROM care_opened WHERE subject = ?
		UNION SELECT usr FROM care_step WHERE subject = ? AND kind IN ('told', 'used', 'linked', 'counselled_after')`, subject, subject)
	if err != nil {
		return nil, err
	}
	out, err := rows.IDs()
	slices.SortFunc(out, func(a, b db.ID) int { return strings.Compare(string(a[:]), string(b[:])) })
	return out, err
}
