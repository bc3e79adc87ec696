package linelist

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
)

// The files of Go.Data as its cleaning scripts write them.
const (
	GoDataCases    = "cases_clean.csv"
	GoDataContacts = "contacts_clean.csv"
	GoDataVisits   = "followups_clean.csv"
	GoDataLinks    = "relationships_clean.csv"
)

// GoDataFiles lists them in the order in which they are read.
var GoDataFiles = []string{GoDataCases, GoDataContacts, GoDataVisits, GoDataLinks}

// goDataSystem names what came from there.
const goDataSystem = "godata"

// Doubt is what is wrong or unsure in a row of an import; it names no person.
type Doubt struct {
	File string
	Row  int // 2 is the first below the head
	What string
}

// row is one row by its columns, which notes its own doubts.
type row struct {
	file   string
	line   int
	cells  map[string]string
	doubts *[]Doubt
}

const maxImportRows = 200_000

// readRows reads a CSV file with a head.
func readRows(r io.Reader, file string, doubts *[]Doubt) (out []row, err error) {
	c := csv.NewReader(r)
	c.FieldsPerRecord = -1
	head, err := c.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: no head: %w", file, err)
	}
	for line := 2; ; line++ {
		cells, err := c.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: row %d: %w", file, line, err)
		}
		if line > maxImportRows {
			return nil, fmt.Errorf("%s: more than %d rows", file, maxImportRows)
		}
		x := row{file, line, map[string]string{}, doubts}
		if len(cells) != len(head) {
			x.doubt("has %d cells and the head %d: not taken", len(cells), len(head))
			continue
		}
		for i, name := range head {
			x.cells[strings.TrimPrefix(name, "\ufeff")] = strings.TrimSpace(cells[i])
		}
		if x.cells["uuid"] == "" {
			x.doubt("has no uuid: not taken")
			continue
		}
		out = append(out, x)
	}
}

func (r row) doubt(format string, args ...any) {
	*r.doubts = append(*r.doubts, Doubt{r.file, r.line, fmt.Sprintf(format, args...)})
}

func (r row) date(column string) calendar.Date {
	text := r.cells[column]
	if text == "" {
		return calendar.Date{}
	}
	d, err := calendar.Parse(text)
	if err != nil {
		r.doubt("%s is no date: left open", column)
	}
	return d
}

func (r row) sex() people.Sex {
	switch strings.ToUpper(r.cells["gender"]) {
	case "FEMALE":
		return people.Female
	case "MALE":
		return people.Male
	case "":
	default:
		r.doubt("gender is not known here: left open")
	}
	return ""
}

// born is the birth by the age on a day, give or take a year.
func (r row) born(on calendar.Date) calendar.Date {
	day, _, ok := on.Bounds()
	age, err := strconv.ParseFloat(r.cells["age"], 64)
	if err != nil || !ok || math.IsNaN(age) || age < 0 || age > oldest {
		r.doubt("no age that can be read: left open")
		return calendar.Date{}
	}
	d, _ := calendar.BornAtAge(int(age), 1, day) // an age between 0 and 130 is one
	return d
}

func (r row) area() string {
	for _, level := range []string{"3", "2", "1", "0"} {
		if name := r.cells["admin_"+level+"_name"]; name != "" {
			return name
		}
	}
	return ""
}

func (r row) name() string {
	return strings.TrimSpace(r.cells["firstName"] + " " + r.cells["lastName"])
}

var goDataClasses = map[string]Class{"CONFIRMED": Confirmed, "PROBABLE": Probable, "SUSPECT": Suspected, "NOT_A_CASE_DISCARDED": NotACase}

var goDataEndings = map[string]Ending{"ALIVE": Alive, "RECOVERED": Recovered, "DECEASED": Dead}

// caseOfGoData reads a case, with the class that it had there; "" none is known.
func caseOfGoData(r row, disease string) (Case, Class) {
	c := Case{Disease: disease, Number: r.cells["case_id"], System: goDataSystem, Foreign: r.cells["uuid"], Reported: r.date("date_of_reporting"), Name: r.name(), Sex: r.sex(), Area: r.area(),
		Onset: r.date("date_of_onset"), Isolated: r.date("isolation_startdate"), Ending: goDataEndings[r.cells["outcome_id"]], Ended: r.date("date_of_outcome")}
	c.Birth = r.born(c.Reported)
	if strings.EqualFold(r.cells["occupation"], "HEALTH_CARE_WORKER") {
		c.Work = value.Yes
	}
	if c.Onset.IsZero() {
		r.doubt("the day of onset is not known")
	}
	if c.Ended.Before(c.Onset) == value.Yes {
		r.doubt("the outcome is before the onset: its day is left open")
		c.Ended = calendar.Date{}
	}
	if c.Ending == "" {
		if r.cells["outcome_id"] != "" {
			r.doubt("the outcome is not known here: left open")
		}
		if !c.Ended.IsZero() {
			r.doubt("a day of outcome without an outcome: left open")
			c.Ended = calendar.Date{}
		}
	}
	class, ok := goDataClasses[r.cells["classification"]]
	if !ok {
		r.doubt("the classification is not known here: left to the definition")
	}
	return c, class
}

// contactOfGoData reads a contact; became says that it is a case by now.
func contactOfGoData(r row, disease string) (c Contact, became bool) {
	c = Contact{Disease: disease, Number: r.cells["contact_id"], System: goDataSystem, Foreign: r.cells["uuid"], Listed: r.date("date_of_reporting"), Name: r.name(), Sex: r.sex(), Area: r.area(), Last: r.date("date_of_last_contact")}
	c.Birth = r.born(c.Listed)
	switch s := r.cells["contact_status"]; s {
	case "UNDER_FOLLOW_UP", "FOLLOW_UP_COMPLETED": // the pack decides by the visits
	case "LOST_TO_FOLLOW_UP":
		c.State = DeclaredLost
	case "DIED":
		c.State = ContactDied
	case "BECAME_CASE":
		became = true
	default:
		r.doubt("the status is not known here: left to the rules")
	}
	return c, became
}

// visitOfGoData reads a visit; ok is false where it cannot be one.
func visitOfGoData(r row) (v Visit, ok bool) {
	v.Foreign = r.cells["uuid"]
	switch r.cells["followup_status"] {
	case "SEEN_OK":
		v.How, v.Signs = Seen, value.No
	case "SEEN_NOT_OK":
		v.How, v.Signs = Seen, value.Yes
	case "MISSED":
		v.How = NotSeen
	case "NOT_ATTEMPTED":
		v.How = NotTried
	case "NOT_PERFORMED":
		v.How = NotDone
	default:
		r.doubt("the status is not known here: kept as not carried out")
		v.How = NotDone
	}
	d := r.date("date_of_followup")
	first, last, dated := d.Bounds()
	if !dated || first != last {
		r.doubt("has no day: not taken")
		return v, false
	}
	v.Day = first
	return v, true
}

// linkOfGoData reads who had contact with whom.
func linkOfGoData(r row) Link {
	l := Link{System: goDataSystem, Foreign: r.cells["uuid"], Source: r.cells["source_uuid"], Target: r.cells["target_uuid"], Last: r.date("date_of_last_contact")}
	switch t := strings.ToLower(r.cells["exposure_type"]); {
	case t == "":
	case strings.HasPrefix(t, "direct physical"):
		l.Type = Touched
	case strings.HasPrefix(t, "direct non-physical"):
		l.Type = Near
	case strings.HasPrefix(t, "indirect"):
		l.Type = Indirect
	case strings.HasPrefix(t, "other"):
		l.Type = OtherWay
	default:
		r.doubt("the type of exposure is not known here: left open")
	}
	return l
}
