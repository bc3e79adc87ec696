package traveller

import (
	"encoding/json"
	"slices"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func declarationOf(doc *journal.Doc) (Declaration, error) {
	var d Declaration
	if err := doc.Decode(&d); err != nil {
		return d, err
	}
	d.ID, d.Site, d.Sick = doc.ID, doc.Site, nil
	for _, it := range doc.Items(groupSick) {
		var a Answers
		if err := json.Unmarshal(it.Fields["sick"], &a); err != nil {
			return d, fault.Wrap("traveller.declarationOf", err)
		}
		d.Sick = append(d.Sick, a)
	}
	return d, nil
}

func projectDeclaration(tx *db.Tx, doc *journal.Doc) error {
	if doc.Error {
		return remove(tx, "border_declaration", doc.ID)
	}
	d, err := declarationOf(doc)
	if err != nil {
		return err
	}
	d.Record = nil
	text, err := bodyOf(d)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO border_declaration (id, site, programme, sensitivity, shift, point, code, at, until, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET site = excluded.site, programme = excluded.programme, sensitivity = excluded.sensitivity, shift = excluded.shift,
			point = excluded.point, code = excluded.code, at = excluded.at, until = excluded.until, body = excluded.body`,
		doc.ID, doc.Site, doc.Programme, int(doc.Sensitivity), d.Shift.String(), d.Point, people.Code(doc.ID), d.At, d.Until, text)
	return err
}

const declarationColumns = "s.id, s.site, s.body"

func declarationRow(scan func(...any) error) (Declaration, error) {
	var d Declaration
	var id db.ID
	var site, text string
	if err := scan(&id, &site, &text); err != nil {
		return d, err
	}
	err := json.Unmarshal([]byte(text), &d)
	d.ID, d.Site = id, site
	return d, fault.Wrap("traveller.declarationRow", err)
}

func findDeclaration(tx *db.Tx, id db.ID) (Declaration, error) {
	return declarationRow(tx.Row("SELECT "+declarationColumns+" FROM border_declaration s WHERE s.id = ?", id).Scan)
}

// declarationOfCode finds what somebody shows at a point.
func declarationOfCode(tx *db.Tx, point, code string) (Declaration, error) {
	return declarationRow(tx.Row("SELECT "+declarationColumns+" FROM border_declaration s WHERE s.point = ? AND s.code = ? ORDER BY s.id LIMIT 1", point, code).Scan)
}

// declarationsIn lists the newest, and before all others those that are of a shift.
func declarationsIn(tx *db.Tx, where string, args []any, limit int) (out []Declaration, err error) {
	for _, shift := range []string{"s.shift > ?", "s.shift = ?"} {
		more, err := db.List(tx, declarationRow, "SELECT "+declarationColumns+" FROM border_declaration s WHERE "+where+" AND "+shift+" ORDER BY s.at DESC, s.id DESC LIMIT ?",
			append(slices.Clip(args), db.ID{}.String(), limit-len(out))...)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}
