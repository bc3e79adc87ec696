package across

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// fieldVisits is the one field whose value is a list (Notice.Visits).
const fieldVisits = "visits"

// fieldsOf are the fields of each part that an agreement can name. A place finer than a
// district is none of them: where somebody stays may be what must not be known. Where
// somebody goes, and when, is typed as it was heard, and stands with who they are.
var fieldsOf = map[string][]string{
	"case":        {"class", "onset", "reported", "isolated", "ending", "ended", "imported", "infected", "country", "area", "health_worker", "age", "sex"},
	"case_who":    {"name", "birth", "number"},
	"contact":     {"last", "exposure", "follow_day", "follow_until", fieldVisits, "vaccine", "area", "age", "sex"},
	"contact_who": {"name", "birth", "number", "reach", "going_to", "arrives"},
}

// Parts are the parts in their order, and Fields those of a part.
var Parts = []string{"case", "case_who", "contact", "contact_who"}

// Fields answers what an agreement can name of a part.
func Fields(part string) []string { return slices.Clone(fieldsOf[part]) }

const (
	longestValue  = 200
	mostVisits    = 120
	largestNotice = 32 << 10
)

// shape is what the value of a field looks like; what has no entry is text.
var shape = map[string]func(v string) bool{
	"class":         oneOf(linelist.Classes),
	"ending":        oneOf(linelist.Endings),
	"exposure":      oneOf(linelist.Exposures),
	"sex":           oneOf([]people.Sex{people.Female, people.Male, people.SexOther}),
	"imported":      isTruth,
	"health_worker": isTruth,
	"age":           isCount,
	"follow_day":    isCount,
	"onset":         isDate, "reported": isDate, "isolated": isDate, "ended": isDate, "birth": isDate, "last": isDate, "follow_until": isDate, "arrives": isDate,
	"country": isCountry,
}

func oneOf[T ~string](list []T) func(string) bool {
	return func(v string) bool { return slices.Contains(list, T(v)) }
}

func isTruth(v string) bool { return v == "yes" || v == "no" }

func isCount(v string) bool { n, err := strconv.Atoi(v); return err == nil && n >= 0 && n < 1000 }

func isDate(v string) bool {
	d, err := calendar.Parse(v)
	return err == nil && !d.IsZero() && d.String() == v
}

func isCountry(v string) bool {
	return len(v) == 3 && strings.IndexFunc(v, func(r rune) bool { return r < 'A' || r > 'Z' }) < 0
}

func isText(v string) bool {
	return v != "" && utf8.ValidString(v) && utf8.RuneCountInString(v) <= longestValue &&
		strings.IndexFunc(v, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) < 0
}

func fits(field, v string) bool {
	if !isText(v) {
		return false
	}
	is := shape[field]
	return is == nil || is(v)
}

// agreed are the fields that may be told; named says whether who it is may be.
func (t Terms) agreed(about About, named bool) []string {
	out := within(string(about), t.Fields[string(about)])
	if named {
		out = append(out, within(about.who(), t.Fields[about.who()])...)
	}
	return out
}

// within keeps what is a field of the part at all.
func within(part string, fields []string) []string {
	return slices.DeleteFunc(slices.Clone(fields), func(f string) bool { return !slices.Contains(fieldsOf[part], f) })
}

// keep leaves of what is known what may be told, and says which fields that is. What has
// no value, or one of another shape, is left out.
func (t Terms) keep(about About, named bool, all map[string]string, visits []Told) (values map[string]string, told []Told, fields []string) {
	values = map[string]string{}
	for _, f := range t.agreed(about, named) {
		if f == fieldVisits {
			visits := slices.DeleteFunc(slices.Clone(visits), func(v Told) bool { return !t.within(v.Day) })
			if len(visits) > 0 {
				told, fields = visits[max(0, len(visits)-mostVisits):], append(fields, f)
			}
			continue
		}
		if v, ok := all[f]; ok && fits(f, v) {
			values[f], fields = v, append(fields, f)
		}
	}
	slices.Sort(fields)
	return values, told, fields
}

// ReadNotice reads what came as a notice. What it does not know it does not take: a
// field outside the agreement must not hide in one that nobody looks at.
func ReadNotice(payload []byte) (Notice, error) {
	var n Notice
	return n, strictly(payload, n, &n)
}

// ReadAnswer reads what came as an answer.
func ReadAnswer(payload []byte) (Answer, error) {
	var a Answer
	return a, strictly(payload, a, &a)
}

func strictly(payload []byte, like, into any) error {
	bad := fault.New(fault.Invalid, "across.Read", "across.error.broken")
	if len(payload) > largestNotice || exact(payload, like) != nil {
		return bad
	}
	d := json.NewDecoder(bytes.NewReader(payload))
	d.DisallowUnknownFields()
	if d.Decode(into) != nil { // what follows it, exact has refused
		return bad
	}
	return nil
}

// check refuses a notice that came and that the agreement does not allow. today is the
// receiver's; a notice whose last day is past is not taken any more.
func (n Notice) check(t Terms, today calendar.Day) error {
	bad := func(key string) error {
		return fault.New(fault.Forbidden, "across.Accept", "across.error."+key)
	}
	made := calendar.DayOfTime(n.Made.UTC())
	switch {
	case n.Agreement != t.ID || !slices.Contains(Abouts, n.About) || !isText(n.Number) || n.From != "" && !isText(n.From) || n.Made.IsZero():
		return bad("broken")
	case !slices.Contains(t.Diseases, n.Disease):
		return bad("disease")
	case made > today+1 || n.Until > made+calendar.Day(t.Keep) || n.Until < made && n.Withdrawn.IsZero():
		return bad("kept_longer")
	case n.Until < today && (len(n.Values) > 0 || len(n.Visits) > 0):
		return bad("expired")
	case !n.Withdrawn.IsZero() && (!slices.Contains(Whys, n.Why) || len(n.Values)+len(n.Visits) > 0):
		return bad("broken")
	}
	agreed := t.agreed(n.About, true)
	for f, v := range n.Values {
		if f == fieldVisits || !slices.Contains(agreed, f) {
			return bad("field")
		}
		if !fits(f, v) {
			return bad("value")
		}
	}
	if len(n.Visits) > 0 && !slices.Contains(agreed, fieldVisits) || slices.ContainsFunc(n.Visits, func(v Told) bool { return !t.within(v.Day) }) {
		return bad("field")
	}
	if n.Values[windowed[n.About]] != "" && !t.InTime(n.About, n.Values) {
		return bad("field")
	}
	if len(n.Visits) > mostVisits {
		return bad("value")
	}
	for _, v := range n.Visits {
		if !slices.Contains(linelist.Hows, v.How) || v.Day < made-400 || v.Day > made+1 {
			return bad("value")
		}
	}
	return nil
}

// check refuses an answer that is none.
func (a Answer) check(about About) error {
	ok := slices.Contains(Steps, a.Step) && (a.Step == StepRefused) == (a.Reason != "") && (a.Step == StepOutcome) == (a.Outcome != "") &&
		(a.Reason == "" || slices.Contains(Reasons, a.Reason)) && (a.Outcome == "" || slices.Contains(OutcomesOf(about), a.Outcome)) && !a.At.IsZero()
	if !ok {
		return fault.New(fault.Forbidden, "across.Accept", "across.error.broken")
	}
	return nil
}

// digestOf stands for what an officer read before it was sent.
func digestOf(values map[string]string, visits []Told) string {
	b, err := json.Marshal([]any{values, visits})
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:12])
}

// put writes a value that is known.
func put(into map[string]string, field, v string) {
	if v = strings.TrimSpace(v); v != "" {
		into[field] = v
	}
}

func putTruth(into map[string]string, field string, v value.Truth) {
	switch v {
	case value.Yes:
		into[field] = "yes"
	case value.No:
		into[field] = "no"
	}
}

func putDate(into map[string]string, field string, d calendar.Date) {
	if !d.IsZero() {
		into[field] = d.String()
	}
}

func putAge(into map[string]string, birth calendar.Date, on calendar.Day) {
	if least, most, ok := calendar.Age(birth, on.Date(), calendar.Years); ok && most-least <= 1 {
		into["age"] = strconv.Itoa(least)
	}
}

// valuesOfCase says a case in values. guarded is that it is at a shelter or a place like
// it, of which no more than the country is told.
func valuesOfCase(c linelist.Case, name string, guarded bool, today calendar.Day) map[string]string {
	out := map[string]string{}
	put(out, "class", string(c.Class()))
	putDate(out, "onset", c.Onset)
	putDate(out, "reported", c.Reported)
	putDate(out, "isolated", c.Isolated)
	put(out, "ending", string(c.Ending))
	putDate(out, "ended", c.Ended)
	putTruth(out, "imported", c.Imported)
	put(out, "country", c.Country)
	if !guarded {
		put(out, "infected", c.From) // as it was written, which may be the place itself
		put(out, "area", c.Area)
	}
	putTruth(out, "health_worker", c.Work)
	putAge(out, c.Birth, today)
	put(out, "sex", string(c.Sex))
	put(out, "name", name)
	putDate(out, "birth", c.Birth)
	put(out, "number", c.Code())
	return out
}

// valuesOfContact says a contact in values, with the visits that were made.
func valuesOfContact(f linelist.Followed, how linelist.Exposure, guarded bool, today calendar.Day) (map[string]string, []Told) {
	out := map[string]string{}
	putDate(out, "last", f.Last)
	put(out, "exposure", string(how))
	if f.DayKnown {
		put(out, "follow_day", strconv.Itoa(f.DayNo))
		if first, ok := f.Last.Exact(); ok && f.Days > 0 {
			putDate(out, "follow_until", (first + calendar.Day(f.Days)).Date())
		}
	}
	put(out, "vaccine", f.Vaccine)
	if !guarded {
		put(out, "area", f.Area)
	}
	putAge(out, f.Birth, today)
	put(out, "sex", string(f.Sex))
	put(out, "name", f.Name)
	putDate(out, "birth", f.Birth)
	put(out, "number", f.Code())
	byDay := map[calendar.Day]Told{}
	for _, v := range f.Visits { // the last word on a day counts
		byDay[v.Day] = Told{v.Day, v.How, v.Signs}
	}
	var visits []Told
	for _, day := range slices.Sorted(maps.Keys(byDay)) {
		visits = append(visits, byDay[day])
	}
	return out, visits
}

func date(v string) calendar.Date {
	d, err := calendar.Parse(v)
	if err != nil {
		return calendar.Date{}
	}
	return d
}

func truth(v string) value.Truth {
	t, err := value.ParseTruth(v)
	if err != nil {
		return value.Unknown
	}
	return t
}

// names reports whether a notice tells who somebody is.
func (n Notice) names() bool {
	return slices.ContainsFunc(fieldsOf[n.About.who()], func(f string) bool { return n.Values[f] != "" })
}

// birthOf is the birth date that was told, or what an age comes to.
func (n Notice) birthOf() calendar.Date {
	if d := date(n.Values["birth"]); !d.IsZero() {
		return d
	}
	if age, err := strconv.Atoi(n.Values["age"]); err == nil {
		if d, err := calendar.BornAtAge(age, 0, calendar.DayOfTime(n.Made.UTC())); err == nil {
			return d
		}
	}
	return calendar.Date{}
}

// caseOf is the case that a notice becomes here: infected elsewhere as far as this side
// knows, reported on the day that it was accepted, and classified by what is known here.
func (n Notice) caseOf(t Terms, today calendar.Day) linelist.Case {
	c := linelist.Case{Disease: n.Disease, Site: t.Inbox, Reported: today.Date(), System: t.Peer, Foreign: n.Number, Name: n.Values["name"], Sex: people.Sex(n.Values["sex"]), Birth: n.birthOf(),
		Work: truth(n.Values["health_worker"]), Country: n.Values["country"], Area: n.Values["area"], Imported: truth(n.Values["imported"]), From: n.Values["infected"],
		Onset: date(n.Values["onset"]), Isolated: date(n.Values["isolated"]), Ending: linelist.Ending(n.Values["ending"]), Ended: date(n.Values["ended"])}
	if c.Country == "" {
		c.Country = t.Country
	}
	return c
}

// contactOf is the contact that a notice becomes here, with the visits that were made.
func (n Notice) contactOf(t Terms) (linelist.Contact, []linelist.Visit) {
	c := linelist.Contact{Disease: n.Disease, Site: t.Inbox, System: t.Peer, Foreign: n.Number, Name: n.Values["name"], Sex: people.Sex(n.Values["sex"]), Birth: n.birthOf(),
		Place: n.Values["going_to"], Vaccine: n.Values["vaccine"], Last: date(n.Values["last"])}
	var visits []linelist.Visit
	for _, v := range n.Visits {
		visits = append(visits, linelist.Visit{Day: v.Day, How: v.How, Signs: v.Signs, Foreign: n.Number})
	}
	return c, visits
}
