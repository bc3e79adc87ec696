package page

import (
	"errors"
	"math"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/mark"
)

// DateInput is what a Date field shows: three boxes, and where AllowAge an age
// in years instead, and where AllowUnknown a box "not known".
type DateInput struct {
	Day, Month, Year string
	Age              string // "about N years old"
	Unknown          bool
	AllowAge         bool
	AllowUnknown     bool
	Partial          bool // day, or day and month, may stay empty
}

// SetDate shows a stored date in the field's boxes.
func (q *Field) SetDate(d calendar.Date, on calendar.Day) {
	first, last, ok := d.Bounds()
	if !ok {
		return
	}
	y, m, dd := first.YMD()
	switch d.Precision() {
	case calendar.ToDay:
		q.Date.Day, q.Date.Month, q.Date.Year = strconv.Itoa(dd), strconv.Itoa(m), strconv.Itoa(y)
	case calendar.ToMonth:
		q.Date.Month, q.Date.Year = strconv.Itoa(m), strconv.Itoa(y)
	case calendar.ToYear:
		q.Date.Year = strconv.Itoa(y)
	default:
		least, most := calendar.CompletedYears(last, on), calendar.CompletedYears(first, on)
		q.Date.Age = strconv.Itoa((max(least, 0) + max(most, 0)) / 2)
	}
}

func (d *DateInput) fill(name string, typed url.Values) {
	d.Day, d.Month, d.Year = typed.Get(name+"-day"), typed.Get(name+"-month"), typed.Get(name+"-year")
	d.Age = typed.Get(name + "-age")
	d.Unknown = typed.Get(name+"-unknown") != ""
}

// ageMargin is how far off an age that somebody guessed may be, in years. Ages
// said in whole years by people without papers heap on 0 and 5 (UN, Methods of
// Appraisal of Quality of Basic Data, 1955, "age heaping"), so a guess may be two
// years off at least.
const ageMargin = 2

// ReadDate reads a Date field from a posted form: the day, the month or the
// year, or an age on the day given. Empty boxes and a tick at "not known" are the
// zero Date. Contradicting boxes are an error that names the field.
func ReadDate(typed url.Values, name string, on calendar.Day) (calendar.Date, error) {
	const op = "page.ReadDate"
	var d DateInput
	d.fill(name, typed)
	day, month, year, age := Digits(d.Day), Digits(d.Month), Digits(d.Year), Digits(d.Age)
	typedDate := day != "" || month != "" || year != ""
	switch {
	case d.Unknown && (typedDate || age != ""), typedDate && age != "":
		return calendar.Date{}, fault.Field(op, name, "page.error.date_both")
	case d.Unknown, !typedDate && age == "":
		return calendar.Date{}, nil
	case age != "":
		n, err := strconv.Atoi(age)
		if err != nil {
			return calendar.Date{}, fault.Field(op, name, "page.error.age")
		}
		b, err := calendar.BornAtAge(n, ageMargin, on)
		if err != nil {
			return calendar.Date{}, fault.Field(op, name, "page.error.age")
		}
		return b, nil
	}
	return dateOfParts(op, name, day, month, year)
}

func dateOfParts(op, name, day, month, year string) (calendar.Date, error) {
	if year == "" {
		return calendar.Date{}, fault.Field(op, name+"-year", "page.error.date_year")
	}
	if day != "" && month == "" {
		return calendar.Date{}, fault.Field(op, name+"-month", "page.error.date_month")
	}
	y, errY := strconv.Atoi(year)
	if errY != nil || len(year) != 4 {
		return calendar.Date{}, fault.Field(op, name+"-year", "page.error.date_year4")
	}
	var d calendar.Date
	var err error
	switch {
	case month == "":
		d, err = calendar.OfYear(y)
	default:
		m, errM := strconv.Atoi(month)
		if errM != nil {
			return calendar.Date{}, fault.Field(op, name+"-month", "page.error.date")
		}
		if day == "" {
			d, err = calendar.OfMonth(y, m)
			break
		}
		n, errD := strconv.Atoi(day)
		if errD != nil {
			return calendar.Date{}, fault.Field(op, name+"-day", "page.error.date")
		}
		d, err = calendar.OfDay(y, m, n)
	}
	if err != nil {
		return calendar.Date{}, fault.Field(op, name, "page.error.date")
	}
	return d, nil
}

// ReadNumber reads a Number field: Latin, Arabic-Indic or Persian digits, a point
// or a comma for decimals. ok is false when the box is empty.
func ReadNumber(typed url.Values, name string) (n float64, ok bool, err error) {
	s := Digits(typed.Get(name))
	if s == "" {
		return 0, false, nil
	}
	// A comma is a decimal comma, unless it could part thousands: 1,234 is read in
	// two ways a thousandfold apart, and a result must not be guessed.
	if i := strings.IndexByte(s, ','); i >= 0 && len(s)-i == 4 {
		return 0, false, fault.Field("page.ReadNumber", name, "page.error.number_comma")
	}
	s = strings.NewReplacer("٫", ".", ",", ".", "−", "-").Replace(s)
	n, perr := strconv.ParseFloat(s, 64)
	if perr != nil || math.IsInf(n, 0) || math.IsNaN(n) || strings.ContainsAny(s, "eExXpP_") {
		return 0, false, fault.Field("page.ReadNumber", name, "page.error.number")
	}
	return n, true, nil
}

// Digits trims s and folds the digits of Arabic and Persian keyboards to Latin.
func Digits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return '0' + r - '٠'
		case r >= '۰' && r <= '۹':
			return '0' + r - '۰'
		}
		return r
	}, strings.TrimSpace(s))
}

// ReadForm parses a posted form of at most limit bytes, multipart or not. A body
// of another type, or a larger one, is an Invalid fault with its own sentence, and so is
// a file of an exercise where nothing else is one, and the other way round.
func ReadForm(w http.ResponseWriter, r *http.Request, limit int64) error {
	const op = "page.ReadForm"
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil && r.Method == http.MethodPost {
		return fault.New(fault.Invalid, op, "page.error.body")
	}
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	switch kind {
	case "multipart/form-data":
		err = r.ParseMultipartForm(1 << 20)
	case "application/x-www-form-urlencoded", "":
		err = r.ParseForm()
	default:
		return fault.New(fault.Invalid, op, "page.error.body")
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return &fault.Error{Code: fault.Invalid, Op: op, Key: "page.error.too_large", Args: map[string]any{"limit": int(limit >> 20)}}
	case err != nil:
		return &fault.Error{Code: fault.Invalid, Op: op, Key: "page.error.body", Err: err}
	}
	return mark.Uploads(r, limit)
}
