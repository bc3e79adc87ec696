package report

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Freq is how often a report is due.
type Freq string

// The closed list.
const (
	Weekly  Freq = "week"
	Monthly Freq = "month"
)

// Freqs lists them.
var Freqs = []Freq{Weekly, Monthly}

// Period is a week or a month, by its first day.
type Period struct {
	Freq  Freq         `json:"freq"`
	First calendar.Day `json:"first"`
}

var (
	weekCode  = regexp.MustCompile(`^(\d{4})W([1-9]|[1-4]\d|5[0-3])$`)
	monthCode = regexp.MustCompile(`^(\d{4})(0[1-9]|1[0-2])$`)
)

// ParsePeriod reads a code such as 2026W47 or 202611.
func ParsePeriod(s string) (Period, error) {
	bad := fault.New(fault.NotFound, "report.ParsePeriod", "page.error.not_found")
	if m := monthCode.FindStringSubmatch(s); m != nil {
		y, _ := strconv.Atoi(m[1])
		month, _ := strconv.Atoi(m[2])
		if y < 1970 {
			return Period{}, bad
		}
		return Period{Monthly, calendar.DayOf(y, month, 1)}, nil
	}
	m := weekCode.FindStringSubmatch(s)
	if m == nil {
		return Period{}, bad
	}
	y, _ := strconv.Atoi(m[1])
	n, _ := strconv.Atoi(m[2])
	p := Period{Weekly, monday(calendar.DayOf(max(y, 1970), 1, 4)) + calendar.Day(7*(n-1))} // ISO 8601: 4 January is in week 1
	if p.Code() != s {
		return Period{}, bad // week 53 of a year with 52
	}
	return p, nil
}

// Code is the period as DHIS2 writes it.
func (p Period) Code() string {
	y, m, _ := p.First.YMD()
	if p.Freq == Monthly {
		return fmt.Sprintf("%04d%02d", y, m)
	}
	year, week := time.Unix(int64(p.First)*86400, 0).UTC().ISOWeek()
	return fmt.Sprintf("%dW%d", year, week)
}

// Last is the period's last day.
func (p Period) Last() calendar.Day {
	if p.Freq == Weekly {
		return p.First + 6
	}
	y, m, _ := p.First.YMD()
	return p.First + calendar.Day(calendar.DaysInMonth(y, m)) - 1
}

// Before is the period n before this one; a negative n is after it.
func (p Period) Before(n int) Period {
	if p.Freq == Weekly {
		return Period{Weekly, p.First - calendar.Day(7*n)}
	}
	return Period{Monthly, p.First.AddMonths(-n, calendar.ClampToMonthEnd)}
}

// Figure is what a report says of one indicator. The zero Figure was not reported.
type Figure struct {
	Value *int64           `json:"value,omitempty"`
	Cells map[string]int64 `json:"cells,omitempty"` // by what it is told apart by (rules.go)
	Held  map[string]bool  `json:"-"`               // cells that must not leave
}

// Version is a report as it was signed.
type Version struct {
	Figures   map[string]Figure `json:"figures,omitempty"` // by indicator
	Hash      string            `json:"hash,omitempty"`    // of the pack that said what is counted
	Comment   string            `json:"comment,omitempty"`
	Zero      bool              `json:"zero,omitempty"` // who signed said that what is empty is zero
	Withdrawn bool              `json:"withdrawn,omitempty"`
	At        time.Time         `json:"at"`
	By        db.ID             `json:"by"`
}

// Report is what a site told of a period.
type Report struct {
	ID       db.ID     `json:"-"`
	Site     string    `json:"site,omitempty"`
	Period   Period    `json:"period"`
	Versions []Version `json:"-"` // in the order in which they were signed
}

// Last is the version that holds; ok is false where there is none, or it was withdrawn.
func (r Report) Last() (v Version, ok bool) {
	if len(r.Versions) == 0 {
		return v, false
	}
	v = r.Versions[len(r.Versions)-1]
	return v, !v.Withdrawn
}

// State is how a period stands at a site.
type State string

// The closed list.
const (
	InTime  State = "in_time"
	Late    State = "late"
	Missing State = "missing" // due and not there
	Due     State = "due"     // not late yet
)

const longText = 1000
