package stock

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Sort is what an item is. Its word is stock.sort.<sort>.
type Sort string

// The closed list.
const (
	Medicine Sort = "medicine"
	Vaccine  Sort = "vaccine"
	Kit      Sort = "kit"
	Supply   Sort = "supply"
)

// Sorts lists them.
var Sorts = []Sort{Medicine, Vaccine, Kit, Supply}

// Unit is what an item is counted in. Its word is stock.unit.<unit>.
type Unit string

// The closed list.
const (
	Tablet   Unit = "tablet"
	Capsule  Unit = "capsule"
	Bottle   Unit = "bottle"
	Sachet   Unit = "sachet"
	Vial     Unit = "vial"
	Ampoule  Unit = "ampoule"
	Tube     Unit = "tube"
	Piece    Unit = "piece"
	KitUnit  Unit = "kit"
	DoseUnit Unit = "dose"
)

// Units lists them.
var Units = []Unit{Tablet, Capsule, Bottle, Sachet, Vial, Ampoule, Tube, DoseUnit, Piece, KitUnit}

// Item is what is kept.
type Item struct {
	ID       db.ID  `json:"-"`
	Code     string `json:"code"`
	Name     string `json:"name"`
	Sort     Sort   `json:"sort"`
	ATC      string `json:"atc,omitempty"`
	Strength string `json:"strength,omitempty"` // as it is printed on it
	Unit     Unit   `json:"unit"`
	Content  int64  `json:"content,omitempty"` // millilitres in a unit that is a liquid
	Gone     bool   `json:"gone,omitempty"`    // is not kept any more
}

const (
	longCode = 24
	longName = 120
	longText = 300
	// most is the largest number of units anybody types: more is a slip of the finger.
	most = 10_000_000
)

var (
	codeShape = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]*$`)
	atcShape  = regexp.MustCompile(`^[A-Z][0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?$`)
)

// Valid returns one fault for each thing that is wrong.
func (i Item) Valid() []error {
	var errs []error
	bad := func(field, key string) { errs = append(errs, fault.Field("stock.Item", field, "stock.error."+key)) }
	if len(i.Code) > longCode || !codeShape.MatchString(i.Code) {
		bad("code", "code")
	}
	if n := utf8.RuneCountInString(i.Name); n < 2 || n > longName {
		bad("name", "name")
	}
	if !slices.Contains(Sorts, i.Sort) {
		bad("sort", "sort")
	}
	if !slices.Contains(Units, i.Unit) {
		bad("unit", "unit")
	}
	if i.ATC != "" && !atcShape.MatchString(i.ATC) {
		bad("atc", "atc")
	}
	if utf8.RuneCountInString(i.Strength) > 60 {
		bad("strength", "long")
	}
	if i.Content < 0 || i.Content > 100_000 {
		bad("content", "content")
	}
	return errs
}

// clean takes blanks off what was typed.
func (i Item) clean() Item {
	i.Code, i.Name, i.ATC, i.Strength = strings.TrimSpace(i.Code), strings.TrimSpace(i.Name), strings.ToUpper(strings.TrimSpace(i.ATC)), strings.TrimSpace(i.Strength)
	return i
}

// Level is the least and the most that a site keeps of an item; zero is not said.
type Level struct {
	Item db.ID `json:"item"`
	Min  int64 `json:"min,omitempty"`
	Max  int64 `json:"max,omitempty"`
}

// Valid returns one fault for each thing that is wrong.
func (l Level) Valid() []error {
	var errs []error
	if l.Min < 0 || l.Min > most {
		errs = append(errs, fault.Field("stock.Level", "min", "stock.error.number"))
	}
	switch {
	case l.Max < 0 || l.Max > most:
		errs = append(errs, fault.Field("stock.Level", "max", "stock.error.number"))
	case l.Max > 0 && l.Max < l.Min:
		errs = append(errs, fault.Field("stock.Level", "max", "stock.error.max"))
	}
	return errs
}

// Lot is what was made together.
type Lot struct {
	ID     db.ID        `json:"-"`
	Item   db.ID        `json:"item"`
	Number string       `json:"number"`
	Expiry calendar.Day `json:"expiry"` // the last day on which it may be given
	Held   string       `json:"held,omitempty"`
}

// Why units moved. Its word is stock.why.<why>.
type Why string

// The closed list.
const (
	Received  Why = "received"
	Given     Why = "given"  // to persons
	Issued    Why = "issued" // to a ward, a team, a session
	Lost      Why = "lost"
	Counted   Why = "counted"
	Sent      Why = "sent"
	Arrived   Why = "arrived"
	GivenBack Why = "given_back" // what was given in error and is on the shelf again
)

// Loss is why units were lost. Its word is stock.loss.<loss>.
type Loss string

// The closed list (reference/programme-protection.md, section 4).
const (
	Expired Loss = "expired"
	Damaged Loss = "damaged"
	Heat    Loss = "heat"
	Freeze  Loss = "freeze"
	Stolen  Loss = "stolen"
	Missing Loss = "missing"
	Opened  Loss = "opened" // what is left of an open vial
	Other   Loss = "other"
)

// Losses lists them.
var Losses = []Loss{Expired, Damaged, Heat, Freeze, Stolen, Missing, Opened, Other}

// Movement is units in or out of a site.
type Movement struct {
	ID     db.ID        `json:"-"`
	Site   string       `json:"-"`
	Item   db.ID        `json:"item"`
	Lot    db.ID        `json:"lot"`
	N      int64        `json:"n"` // less than zero: out
	Why    Why          `json:"why"`
	Reason string       `json:"reason,omitempty"` // a Loss, or in words
	Party  string       `json:"party,omitempty"`  // from whom, to which ward or site
	Day    calendar.Day `json:"day"`
	At     time.Time    `json:"at"`
	By     db.ID        `json:"by"`
}

// Transfer is what one site sent to another.
type Transfer struct {
	ID      db.ID        `json:"-"`
	Item    db.ID        `json:"item"`
	Lot     db.ID        `json:"lot"`
	N       int64        `json:"n"`
	From    string       `json:"from"`
	To      string       `json:"to"`
	Day     calendar.Day `json:"day"`
	Came    int64        `json:"came,omitempty"`
	CameDay calendar.Day `json:"came_day,omitempty"` // 0: it is on its way
	Note    string       `json:"note,omitempty"`     // why less came than was sent
}

// Open reports whether it is on its way.
func (t Transfer) Open() bool { return t.CameDay == 0 }

// Shelf is a lot at a site.
type Shelf struct {
	Lot
	N int64
}

// Usable reports whether units of it may be given on a day.
func (s Shelf) Usable(on calendar.Day) bool { return s.N > 0 && s.Held == "" && s.Expiry >= on }

// Pick is how many units to take of a lot.
type Pick struct {
	Lot Lot
	N   int64
}

// ItemKey is the id of the item of a code: two nodes that make one item write one document.
func ItemKey(code string) db.ID { return idOf("stock.item %s", strings.ToUpper(code)) }

// LotKey is the id of a lot by its number.
func LotKey(item db.ID, number string) db.ID {
	return idOf("stock.lot %s %s", item, strings.ToUpper(number))
}
