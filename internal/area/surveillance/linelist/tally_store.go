package linelist

import (
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/tally"
)

// The counters of a disease: cases by the day of their report, and by the day of onset
// where that is known to the day. What a desk or an alert counts is read from them.
const (
	counterReported = "linelist.reported."
	counterOnset    = "linelist.onset."
	counterTested   = "linelist.tested."
)

// tallyLanes spreads the rows of one day, so that those who write beside each other
// seldom wait for one row.
const tallyLanes = 8

// dims are what a case is counted by. All are codes.
func (k Tallied) dims() []string {
	return []string{k.Site, string(k.Class), string(k.Age), string(k.Ending), k.Imported.String(), k.Country, k.Onset.String()}
}

// tallyOf is how a case counts, of whatever class it is.
func tallyOf(c Case, lists surveillance.Lists, reported calendar.Day) Tallied {
	d, _ := Species(c, lists)
	k := Tallied{Disease: d.Code, Site: c.Site, Class: c.Class(), Ending: c.Ending, Imported: c.Imported, Country: c.Country, Age: bandOf(c, reported), Onset: value.No}
	if k.Disease == "" {
		k.Disease = c.Disease
	}
	if _, exact := c.Onset.Exact(); exact {
		k.Onset = value.Yes
	}
	return k
}

// countCase adds a case to its tallies, or takes it back (sign -1).
func countCase(tx *db.Tx, id db.ID, c Case, lists surveillance.Lists, reported calendar.Day, sign int64) error {
	k := tallyOf(c, lists, reported)
	lane := int64(id[15] % tallyLanes)
	if err := tally.Add(tx, lane, counterReported+k.Disease, reported, sign, k.dims()...); err != nil {
		return err
	}
	if onset, exact := c.Onset.Exact(); exact {
		if err := tally.Add(tx, lane, counterOnset+k.Disease, onset, sign, k.dims()...); err != nil {
			return err
		}
	}
	for _, r := range testsOf(c) {
		if err := tally.Add(tx, lane, counterTested+k.Disease, reported, sign, c.Site, r.Of, r.Said); err != nil {
			return err
		}
	}
	return nil
}

// uncountCase takes back what the row of a case counted.
func uncountCase(tx *db.Tx, id db.ID, lists surveillance.Lists) error {
	var reported calendar.Day
	var counted int
	err := tx.Row("SELECT c.reported, c.counted FROM linelist_case c WHERE c.id = ?", id).Scan(&reported, &counted)
	if fault.Is(err, fault.NotFound) || err == nil && counted == 0 {
		return nil // new, or from before there were tallies
	}
	if err != nil {
		return err
	}
	r, err := findCase(tx, id)
	if err != nil {
		return err
	}
	return countCase(tx, id, r.Case, lists, reported, -1)
}

// tallied reads the counts of a disease in some days.
func tallied(tx *db.Tx, counter, disease string, first, last calendar.Day) ([]Tallied, error) {
	list, err := tally.Days(tx, counter+disease, first, last)
	if err != nil {
		return nil, err
	}
	out := make([]Tallied, 0, len(list))
	for _, c := range list {
		if len(c.Dims) != 7 {
			continue
		}
		out = append(out, Tallied{Disease: disease, Day: c.Day, N: int(c.N), Site: c.Dims[0], Class: Class(c.Dims[1]), Age: Band(c.Dims[2]), Ending: Ending(c.Dims[3]), Imported: truthOf(c.Dims[4]),
			Country: c.Dims[5], Onset: truthOf(c.Dims[6])})
	}
	return out, nil
}

func truthOf(word string) value.Truth {
	for _, t := range []value.Truth{value.Yes, value.No, value.Refused} {
		if t.String() == word {
			return t
		}
	}
	return value.Unknown
}

// tested reads how many cases had a test, by site, test and answer.
func tested(tx *db.Tx, disease string, first, last calendar.Day) ([]Tested, error) {
	list, err := tally.Days(tx, counterTested+disease, first, last)
	var out []Tested
	for _, c := range list {
		if len(c.Dims) == 3 {
			out = append(out, Tested{Day: c.Day, Site: c.Dims[0], Of: c.Dims[1], Said: c.Dims[2], N: int(c.N)})
		}
	}
	return out, err
}

// sitesWith lists the sites that have cases of a disease in some days.
func sitesWith(tx *db.Tx, disease string, first, last calendar.Day) ([]string, error) {
	list, err := tally.Sum(tx, counterReported+disease, first, last, 0)
	var out []string
	for _, c := range list {
		out = append(out, c.Dims[0])
	}
	slices.Sort(out)
	return out, err
}

// deadCases lists the cases of a site that ended in death, of those reported since a day.
func deadCases(tx *db.Tx, site string, since calendar.Day) ([]caseRow, error) {
	return caseRows(tx, "SELECT "+caseColumns+" FROM linelist_case c WHERE c.site = ? AND c.ending = ? AND c.reported >= ? ORDER BY c.id", site, string(Dead), since)
}
