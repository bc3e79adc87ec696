package page

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func show(t *testing.T, f *Form) string {
	t.Helper()
	w := httptest.NewRecorder()
	newRenderer(t).Form(w, httptest.NewRequest(http.MethodPost, "/x", nil), Page{Title: "page.style.form"}, f)
	return w.Body.String()
}

func allFields() *Form {
	f := styleForm()
	f.Fields = append(f.Fields, Field{Kind: Password, Name: "secret", Label: M("page.style.q_note")})
	return f
}

func TestWhatWasTypedIsShownAgain(t *testing.T) {
	f := allFields()
	f.Fill(url.Values{
		"id": {"0193-typed"}, "name": {`"><script>x</script>`}, "birth-day": {"31"}, "birth-month": {"2"}, "birth-year": {"2010"}, "birth-age": {"9"}, "birth-unknown": {"1"},
		"pregnant": {"no"}, "weight": {"61,5"}, "symptoms": {"fever", "weight"}, "country": {"SDN"}, "note": {"</textarea>x"}, "secret": {"hunter2"},
	})
	body := show(t, f)
	for _, want := range []string{
		`value="0193-typed"`, `value="&#34;&gt;&lt;script&gt;x&lt;/script&gt;"`, `name="birth-day" value="31"`, `name="birth-month" value="2"`, `name="birth-year" value="2010"`,
		`name="birth-age" value="9"`, `name="birth-unknown" value="1" checked`, `value="no" checked`, `value="61,5"`, `value="fever" checked`, `value="weight" checked`,
		`<option value="SDN" selected`, `&lt;/textarea&gt;x`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not on the page", want)
		}
	}
	if strings.Contains(body, "hunter2") {
		t.Error("a password is shown again")
	}
	if strings.Contains(body, `value="cough" checked`) || strings.Contains(body, `value="yes" checked`) {
		t.Error("something is ticked that nobody ticked")
	}
}

func TestNothingIsTickedInAdvance(t *testing.T) {
	if body := show(t, allFields()); strings.Contains(body, " checked") {
		t.Error("an answer is ticked before anybody answered")
	}
}

func TestAHiddenFieldCanBeKept(t *testing.T) {
	f := &Form{Fields: []Field{{Kind: Hidden, Name: "id", Value: "ours", Keep: true}}}
	f.Fill(url.Values{"id": {"theirs"}})
	if f.Fields[0].Value != "ours" {
		t.Error("a kept value was replaced")
	}
}

func TestAFaultStandsBesideItsQuestionAndInTheSummary(t *testing.T) {
	f := styleForm()
	err := fault.Wrap("people.Register", errors.Join(
		fault.Field("x", "weight", "page.error.number"),
		fault.Field("x", "birth-year", "page.error.date_year4"),
		&fault.Error{Code: fault.Invalid, Key: "page.error.too_large", Args: map[string]any{"limit": 5}},
	))
	if !f.Fail(err) {
		t.Fatal("the form does not take its own faults")
	}
	var got []string
	for _, p := range f.Problems() {
		got = append(got, p.Field+":"+p.Text.Key)
	}
	want := ":page.error.too_large birth:page.error.date_year4 weight:page.error.number"
	if strings.Join(got, " ") != want {
		t.Errorf("problems %v, want %s, in the order of the questions", got, want)
	}
	body := show(t, f)
	for _, want := range []string{`<a href="#f-birth">`, `<a href="#f-weight">`, `id="e-weight"`, "too large. The limit is <bdi", "<title>Error:", `role="alert"`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is not on the page", want)
		}
	}
}

func TestAFormLeavesOtherFaultsToTheErrorPage(t *testing.T) {
	for _, err := range []error{fault.New(fault.Forbidden, "x", ""), fault.New(fault.NotFound, "x", ""), errors.New("disk"), fault.New(fault.Unavailable, "x", "")} {
		f := styleForm()
		if f.Fail(err) || f.Failed() {
			t.Errorf("%v was taken for a slip in the form", err)
		}
	}
	f := styleForm()
	if !f.Fail(fault.New(fault.Conflict, "x", "")) || f.Problems()[0].Text.Key != "page.error.conflict" {
		t.Error("a replayed form is not answered on its page")
	}
}

func TestProblemsMakeThePage422(t *testing.T) {
	f := styleForm()
	f.Note("weight", M("page.error.number"))
	w := httptest.NewRecorder()
	newRenderer(t).Form(w, httptest.NewRequest(http.MethodPost, "/x", nil), Page{Title: "page.style.form"}, f)
	if w.Code != http.StatusUnprocessableEntity {
		t.Errorf("status %d", w.Code)
	}
}

func TestReadDate(t *testing.T) {
	on := calendar.DayOf(2026, 11, 22)
	for _, c := range []struct{ day, month, year, age, unknown, want, field string }{
		{want: ""},
		{unknown: "1", want: ""},
		{day: "3", month: "6", year: "2011", want: "2011-06-03"},
		{day: "٣", month: "٦", year: "٢٠١١", want: "2011-06-03"},
		{day: "۳", month: "۶", year: "۲۰۱۱", want: "2011-06-03"},
		{month: "06", year: " 2011 ", want: "2011-06"},
		{year: "2011", want: "2011"},
		{age: "30", want: "1993-11-23/1998-11-22"},
		{age: "0", want: "2023-11-23/2026-11-22"},
		{day: "29", month: "2", year: "2024", want: "2024-02-29"},
		{day: "29", month: "2", year: "2023", field: "birth"},
		{day: "31", month: "4", year: "2011", field: "birth"},
		{day: "3", month: "13", year: "2011", field: "birth"},
		{day: "0", month: "1", year: "2011", field: "birth"},
		{day: "-1", month: "1", year: "2011", field: "birth"},
		{day: "3", year: "2011", field: "birth-month"},
		{day: "3", month: "6", field: "birth-year"},
		{day: "3", month: "6", year: "11", field: "birth-year"},
		{day: "3", month: "6", year: "20111", field: "birth-year"},
		{day: "x", month: "6", year: "2011", field: "birth-day"},
		{day: "3", month: "x", year: "2011", field: "birth-month"},
		{year: "1066", field: "birth"},
		{year: "+200", field: "birth"},
		{age: "131", field: "birth"},
		{age: "-1", field: "birth"},
		{age: "ten", field: "birth"},
		{year: "2011", age: "9", field: "birth"},
		{year: "2011", unknown: "1", field: "birth"},
		{age: "9", unknown: "1", field: "birth"},
	} {
		v := url.Values{"birth-day": {c.day}, "birth-month": {c.month}, "birth-year": {c.year}, "birth-age": {c.age}, "birth-unknown": {c.unknown}}
		d, err := ReadDate(v, "birth", on)
		if c.field != "" {
			if fault.FieldOf(err) != c.field || !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: fault %v, want one about %s", c, err, c.field)
			}
			if !d.IsZero() {
				t.Errorf("%+v: a refused date gives %s", c, d)
			}
			continue
		}
		if err != nil || d.String() != c.want {
			t.Errorf("%+v: %q, %v", c, d, err)
		}
	}
}

// What a date field shows again reads as the same date.
func TestADateFieldShowsWhatItReads(t *testing.T) {
	on := calendar.DayOf(2026, 11, 22)
	for _, stored := range []string{"", "2011-06-03", "2011-06", "2011", "1993-11-23/1998-11-22"} {
		f := Field{Name: "b", Kind: Date}
		f.SetDate(date(t, stored), on)
		v := url.Values{"b-day": {f.Date.Day}, "b-month": {f.Date.Month}, "b-year": {f.Date.Year}, "b-age": {f.Date.Age}}
		if d, err := ReadDate(v, "b", on); err != nil || d.String() != stored {
			t.Errorf("%q is shown as %v and reads as %q, %v", stored, v, d, err)
		}
	}
}

func FuzzReadDate(f *testing.F) {
	f.Add("3", "6", "2011", "", "")
	f.Add("", "", "", "30", "")
	f.Add("٣", "٦", "٢٠١١", "", "1")
	f.Fuzz(func(t *testing.T, day, month, year, age, unknown string) {
		v := url.Values{"b-day": {day}, "b-month": {month}, "b-year": {year}, "b-age": {age}, "b-unknown": {unknown}}
		d, err := ReadDate(v, "b", calendar.DayOf(2026, 11, 22))
		if err != nil && (!d.IsZero() || !strings.HasPrefix(fault.FieldOf(err), "b")) {
			t.Errorf("%v gives %q and %v", v, d, err)
		}
		if err == nil && d.IsZero() && unknown == "" && strings.TrimSpace(day+month+year+age) != "" {
			t.Errorf("%v was lost", v)
		}
	})
}

func TestReadNumber(t *testing.T) {
	for _, c := range []struct {
		typed string
		want  float64
		known bool
		bad   bool
	}{
		{"", 0, false, false}, {" ", 0, false, false}, {"0", 0, true, false}, {"61.5", 61.5, true, false}, {"61,5", 61.5, true, false}, {"٦١٫٥", 61.5, true, false},
		{"−2", -2, true, false}, {"37,25", 37.25, true, false},
		{"1,234", 0, false, true}, // a thousand, or one and a bit
		{"1,234.5", 0, false, true}, {"1.2.3", 0, false, true}, {"ten", 0, false, true}, {"1e3", 0, false, true}, {"0x10", 0, false, true}, {"NaN", 0, false, true}, {"Inf", 0, false, true}, {"6 kg", 0, false, true},
	} {
		n, known, err := ReadNumber(url.Values{"w": {c.typed}}, "w")
		if (err != nil) != c.bad || n != c.want || known != c.known {
			t.Errorf("%q: %v, %v, %v", c.typed, n, known, err)
		}
		if c.bad && fault.FieldOf(err) != "w" {
			t.Errorf("%q: the fault does not name the field: %v", c.typed, err)
		}
	}
}

func TestReadFormAnswersABadBody(t *testing.T) {
	for _, c := range []struct {
		name, kind, body, key string
	}{
		{"a form", "application/x-www-form-urlencoded", "a=1", ""},
		{"JSON where a form belongs", "application/json", `{"a":1}`, "page.error.body"},
		{"no type", "", "a=1", "page.error.body"},
		{"a type that is none", "///", "a=1", "page.error.body"},
		{"a broken escape", "application/x-www-form-urlencoded", "a=%zz", "page.error.body"},
		{"a broken multipart", "multipart/form-data; boundary=x", "--x\r\nnothing", "page.error.body"},
		{"too much", "application/x-www-form-urlencoded", "a=" + strings.Repeat("x", 2<<20), "page.error.too_large"},
	} {
		r := httptest.NewRequest(http.MethodPost, "/x", strings.NewReader(c.body))
		r.Header.Set("Content-Type", c.kind)
		err := ReadForm(httptest.NewRecorder(), r, 1<<20)
		if fault.KeyOf(err) != c.key || (err != nil && !fault.Is(err, fault.Invalid)) {
			t.Errorf("%s: %v, want %q", c.name, err, c.key)
		}
		if c.key == "" && r.Form.Get("a") != "1" {
			t.Errorf("%s: the form was not read", c.name)
		}
	}
}

func TestEveryFieldHasAnErrorThatItsControlNames(t *testing.T) {
	for _, k := range []Kind{Text, LongText, Number, Date, Radios, Checks, Select, File, Password} {
		f := &Form{Fields: []Field{{Kind: k, Name: "n", Label: M("page.style.q_note"), Hint: M("page.style.q_name_hint"), Options: []Option{{Value: "a", Label: M("page.save")}}}}}
		f.Note("n", M("page.error.number"))
		body := show(t, f)
		for _, want := range []string{`aria-describedby="h-n e-n"`, `aria-invalid="true"`, `id="h-n"`, `id="e-n"`, `id="f-n"`, `href="#f-n"`} {
			if !strings.Contains(body, want) {
				t.Errorf("%s: %s is missing", k, want)
			}
		}
	}
}

func ExampleReadDate() {
	typed := url.Values{"birth-year": {"2008"}}
	d, err := ReadDate(typed, "birth", calendar.DayOf(2026, 11, 22))
	fmt.Println(d, d.Precision(), err)
	// Output: 2008 year <nil>
}
