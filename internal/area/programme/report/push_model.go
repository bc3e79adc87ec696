package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Ministry is a DHIS2 that reports are sent to, journal kind "programme.ministry".
type Ministry struct {
	ID       db.ID  `json:"-"`
	Name     string `json:"name,omitempty"`
	URL      string `json:"url,omitempty"`
	User     string `json:"user,omitempty"`
	DataSet  string `json:"data_set,omitempty"`
	Freq     Freq   `json:"freq,omitempty"`
	Elements string `json:"elements,omitempty"` // CSV: indicator,cell,data_element,category_option_combo
	Units    string `json:"units,omitempty"`    // CSV: site,org_unit
	Whole    bool   `json:"whole,omitempty"`    // it is agreed that small counts are sent as they are
	Closed   bool   `json:"closed,omitempty"`
}

// Element is where an indicator, or one cell of it, goes.
type Element struct{ Indicator, Cell, Element, Combo string }

// Row is one data value.
type Row struct {
	Indicator string `json:"indicator"`
	Cell      string `json:"cell,omitempty"`
	Element   string `json:"element"`
	Combo     string `json:"combo,omitempty"`
	Value     string `json:"value"`
}

// key is what a data value is told apart by within its org unit and period.
func (r Row) key() string { return r.Element + " " + r.Combo }

// Set is the data values of one org unit and period, as one request has them: a wrong org
// unit or a closed period then stops nothing else.
type Set struct {
	DataSet, OrgUnit, Period string
	Complete                 string // the day on which the report was signed, ISO; "" where it was withdrawn
	Rows                     []Row
	Delete                   []Row // sent before and no more there
}

// hash is what a set says.
func (s Set) hash() string {
	s.Delete = nil // it follows from what was sent before
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", s))
	return hex.EncodeToString(sum[:])
}

// Target is a DHIS2 with the log-in for it.
type Target struct{ URL, User, Password string }

// PushState is how a push ended.
type PushState string

// The closed list.
const (
	PushSent     PushState = "sent"
	PushPartial  PushState = "partial"  // some values are there, others not
	PushRejected PushState = "rejected" // none is
	PushUnknown  PushState = "unknown"  // no answer that can be read, also not by asking again
)

// Conflict is what a ministry says of a value; Row counts from 0, and is -1 where it is the
// whole set.
type Conflict struct {
	Row  int    `json:"row"`
	Code string `json:"code,omitempty"`
	Text string `json:"text,omitempty"`
}

// Outcome is what a ministry answered.
type Outcome struct {
	State     PushState  `json:"state"`
	Stored    int        `json:"stored"`
	Ignored   int        `json:"ignored,omitempty"`
	Deleted   int        `json:"deleted,omitempty"`
	Conflicts []Conflict `json:"conflicts,omitempty"`
	Confirmed bool       `json:"confirmed,omitempty"` // by reading the values back
}

// Sent is one push.
type Sent struct {
	Outcome
	Hash string    `json:"hash"`
	Rows []Row     `json:"rows,omitempty"` // what the ministry then holds
	At   time.Time `json:"at"`
	By   db.ID     `json:"by"`
}

// Push is what was sent of one report to one ministry, journal kind "programme.push".
type Push struct {
	Ministry db.ID  `json:"ministry,omitzero"`
	Report   db.ID  `json:"report,omitzero"`
	Sent     []Sent `json:"sent,omitempty"`
}

// Last is the last push that the ministry answered; ok is false where there is none.
func (p Push) Last() (s Sent, ok bool) {
	if len(p.Sent) == 0 {
		return s, false
	}
	return p.Sent[len(p.Sent)-1], true
}

// held are the values that the ministry has, as far as its answers say.
func (p Push) held() []Row {
	for i := len(p.Sent) - 1; i >= 0; i-- {
		if p.Sent[i].State != PushRejected {
			return p.Sent[i].Rows
		}
	}
	return nil
}

var (
	uidPattern  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]{10}$`) // DHIS2, CodeGenerator
	cellPattern = regexp.MustCompile(`^[a-z]+=[a-z0-9+-]+( [a-z]+=[a-z0-9+-]+)*$`)
)

const (
	longName    = 120
	longMapping = 64 << 10
)

// Valid checks a ministry as it was typed.
func (m Ministry) Valid() []error {
	const op = "report.Ministry"
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field(op, field, "report.error."+key)) }
	if n := len([]rune(m.Name)); n < 2 || n > longName {
		bad("name", "name")
	}
	if !SafeURL(m.URL) {
		bad("url", "url")
	}
	if m.User == "" || len(m.User) > longName {
		bad("user", "user")
	}
	if !uidPattern.MatchString(m.DataSet) {
		bad("data_set", "uid")
	}
	if !slices.Contains(Freqs, m.Freq) {
		bad("freq", "freq")
	}
	if _, err := m.elements(); err != nil {
		errs = append(errs, err)
	}
	if _, err := m.units(); err != nil {
		errs = append(errs, err)
	}
	return errs
}

// SafeURL reports whether values and a password may go to an address: over TLS, or to this
// machine itself.
func SafeURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	if u.Scheme == "https" {
		return true
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "http" && err == nil && ip.IsLoopback()
}

// sheet reads a CSV of fixed columns; a fault names the line.
func sheet(field, text string, columns []string) ([][]string, error) {
	const op = "report.mapping"
	bad := func(line int) error {
		return &fault.Error{Code: fault.Invalid, Op: op, Field: field, Key: "report.error.mapping", Args: map[string]any{"line": line}}
	}
	if len(text) > longMapping {
		return nil, bad(1)
	}
	r := csv.NewReader(bytes.NewReader([]byte(strings.TrimSpace(text))))
	r.FieldsPerRecord, r.TrimLeadingSpace = len(columns), true
	all, err := r.ReadAll()
	if err != nil || len(all) == 0 || !slices.Equal(all[0], columns) {
		return nil, bad(max(len(all)+1, 1))
	}
	for i, row := range all[1:] {
		for j := range row {
			row[j] = strings.TrimSpace(row[j])
		}
		if row[0] == "" {
			return nil, bad(i + 2)
		}
	}
	return all[1:], nil
}

func (m Ministry) elements() (out []Element, err error) {
	rows, err := sheet("elements", m.Elements, []string{"indicator", "cell", "data_element", "category_option_combo"})
	seen := map[string]bool{}
	for i, r := range rows {
		e := Element{r[0], r[1], r[2], r[3]}
		key := e.Element + " " + e.Combo
		if !uidPattern.MatchString(e.Element) || e.Combo != "" && !uidPattern.MatchString(e.Combo) || e.Cell != "" && !cellPattern.MatchString(e.Cell) || seen[key] {
			return nil, &fault.Error{Code: fault.Invalid, Op: "report.mapping", Field: "elements", Key: "report.error.mapping", Args: map[string]any{"line": i + 2}}
		}
		seen[key] = true
		out = append(out, e)
	}
	return out, err
}

func (m Ministry) units() (map[string]string, error) {
	rows, err := sheet("units", m.Units, []string{"site", "org_unit"})
	out := map[string]string{}
	for i, r := range rows {
		if _, twice := out[r[0]]; twice || !uidPattern.MatchString(r[1]) {
			return nil, &fault.Error{Code: fault.Invalid, Op: "report.mapping", Field: "units", Key: "report.error.mapping", Args: map[string]any{"line": i + 2}}
		}
		out[r[0]] = r[1]
	}
	return out, err
}

// rowsOf are the data values of a report, and the lines of the mapping that it does not
// fill: what was not reported is not sent, and zero is sent as 0.
func rowsOf(elements []Element, figures map[string]Figure) (rows []Row, empty []Element) {
	for _, e := range elements {
		f := figures[e.Indicator]
		n := f.Value
		if e.Cell != "" && n != nil {
			v, ok := f.Cells[e.Cell]
			switch {
			case ok:
				n = &v
			case f.Held[e.Cell]:
				n = nil
			case *n == 0 || len(f.Cells) > 0:
				n = new(int64) // nobody of this cell among those who were told apart
			default:
				n = nil
			}
		}
		if n == nil {
			empty = append(empty, e)
			continue
		}
		rows = append(rows, Row{e.Indicator, e.Cell, e.Element, e.Combo, fmt.Sprint(*n)})
	}
	return rows, empty
}

// gone are the values that a ministry holds and a report has no more.
func gone(held, rows []Row) (out []Row) {
	for _, h := range held {
		if !slices.ContainsFunc(rows, func(r Row) bool { return r.key() == h.key() }) {
			out = append(out, h)
		}
	}
	return out
}

// after is what a ministry holds once it answered.
func after(set Set, o Outcome, held []Row) []Row {
	refused := map[int]bool{}
	for _, c := range o.Conflicts {
		refused[c.Row] = true
	}
	switch o.State {
	case PushRejected:
		return held
	case PushUnknown: // it may hold either: both may have to be deleted
		return append(slices.Clone(set.Rows), gone(held, set.Rows)...)
	}
	var out []Row
	for i, r := range set.Rows {
		if !refused[i] {
			out = append(out, r)
			continue
		}
		for _, h := range held { // what it had of it stands
			if h.key() == r.key() {
				out = append(out, h)
			}
		}
	}
	return out
}
