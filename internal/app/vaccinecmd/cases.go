package vaccinecmd

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/vaccine"
)

// maxCases is the most that a file of cases may hold.
const maxCases = 100_000

// testCase is a row of a published sheet: a patient and what should come out.
type testCase struct {
	id, name, group string
	patient         vaccine.Patient
	on              calendar.Day

	status, number, earliest, recommended, pastDue string
	doses                                          []expectedDose
}

// expectedDose is what the sheet says of a dose.
type expectedDose struct{ status, reason, kind string }

// badRow is a row that could not be read.
type badRow struct {
	line int
	err  error
}

// sheet reads cells of a row by the name of their column, whatever its case.
type sheet struct {
	columns map[string]int
	row     []string
	err     error
}

func (s *sheet) has(column string) bool {
	_, ok := s.columns[strings.ToLower(column)]
	return ok
}

func (s *sheet) text(column string) string {
	i, ok := s.columns[strings.ToLower(column)]
	if !ok || i >= len(s.row) {
		return ""
	}
	return strings.TrimSpace(s.row[i])
}

func (s *sheet) day(column string) (calendar.Day, bool) {
	t := s.text(column)
	if t == "" || t == "-" {
		return 0, false
	}
	iso := t
	if p := strings.Split(t, "/"); len(p) == 3 {
		m, err1 := strconv.Atoi(p[0])
		d, err2 := strconv.Atoi(p[1])
		if err1 == nil && err2 == nil {
			iso = fmt.Sprintf("%s-%02d-%02d", p[2], m, d)
		}
	}
	iso, _, _ = strings.Cut(iso, " ")
	d, err := calendar.ParseDay(iso)
	if err != nil && s.err == nil {
		s.err = fmt.Errorf("%s: %q is not a date", column, t)
	}
	return d, err == nil
}

// readCases reads a sheet in the columns that the CDC publishes. A row that cannot be
// read is returned apart, and the others are kept.
func readCases(r io.Reader) ([]testCase, []badRow, error) {
	c := csv.NewReader(r)
	c.FieldsPerRecord = -1
	head, err := c.Read()
	if err != nil {
		return nil, nil, fmt.Errorf("no header: %w", err)
	}
	s := sheet{columns: map[string]int{}}
	for i, h := range head {
		s.columns[strings.ToLower(strings.TrimSpace(strings.TrimPrefix(h, "\ufeff")))] = i
	}
	for _, need := range []string{"cdc_test_id", "dob", "gender", "series_status", "vaccine_group", "assessment_date"} {
		if !s.has(need) {
			return nil, nil, fmt.Errorf("there is no column %s", need)
		}
	}
	var cases []testCase
	var bad []badRow
	for len(cases) < maxCases {
		s.row, err = c.Read()
		if errors.Is(err, io.EOF) {
			return cases, bad, nil
		}
		var syntax *csv.ParseError
		if errors.As(err, &syntax) {
			bad = append(bad, badRow{syntax.StartLine, syntax.Err})
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		line, _ := c.FieldPos(0)
		if s.text("cdc_test_id") == "" { // formatted blank rows
			continue
		}
		s.err = nil
		one := s.testCase()
		if s.err != nil {
			bad = append(bad, badRow{line, s.err})
			continue
		}
		cases = append(cases, one)
	}
	return nil, nil, fmt.Errorf("more than %d cases", maxCases)
}

func (s *sheet) testCase() testCase {
	t := testCase{id: s.text("CDC_Test_ID"), name: s.text("Test_Case_Name"), group: s.text("Vaccine_Group"), status: s.text("Series_Status"),
		number: strings.Trim(s.text("Forecast_#"), "-")}
	var ok bool
	if t.patient.Birth, ok = s.day("DOB"); !ok && s.err == nil {
		s.err = errors.New("DOB is empty")
	}
	if t.on, ok = s.day("Assessment_Date"); !ok && s.err == nil {
		s.err = errors.New("Assessment_Date is empty")
	}
	switch strings.ToUpper(s.text("Gender")) {
	case "F", "FEMALE":
		t.patient.Gender = vaccine.Female
	case "M", "MALE":
		t.patient.Gender = vaccine.Male
	}
	for column, to := range map[string]*string{"Earliest_Date": &t.earliest, "Recommended_Date": &t.recommended, "Past_Due_Date": &t.pastDue} {
		if d, ok := s.day(column); ok {
			*to = d.String()
		}
	}
	if code := s.text("Med_History_Code"); code != "" {
		t.patient.History = append(t.patient.History, vaccine.Observed{Code: code, System: s.text("Med_History_Code_Sys")})
	}
	for i := 1; s.has(fmt.Sprintf("Observation_Code_%d", i)); i++ {
		if code := s.text(fmt.Sprintf("Observation_Code_%d", i)); code != "" {
			o := vaccine.Observed{Code: code}
			if d, ok := s.day(fmt.Sprintf("Observation_Date_%d", i)); ok {
				o.Date = d.Date()
			}
			t.patient.History = append(t.patient.History, o)
		}
	}
	for i := 1; s.has(fmt.Sprintf("Date_Administered_%d", i)); i++ {
		n := func(column string) string { return s.text(fmt.Sprintf("%s_%d", column, i)) }
		if d, ok := s.day(fmt.Sprintf("Date_Administered_%d", i)); ok {
			t.patient.Doses = append(t.patient.Doses, vaccine.Dose{Date: d.Date(), Product: n("CVX"), Maker: n("MVX")})
			t.doses = append(t.doses, expectedDose{n("Evaluation_Status"), n("Evaluation_Reason"), n("Series_Type")})
		}
	}
	return t
}
