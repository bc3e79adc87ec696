package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/app/demo"
	"github.com/godwit-health/godwit/internal/area/assessment"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// rounds bounds how often results bring new requirements: an X-ray that asks for
// sputum, a culture that asks for a test of resistance.
const rounds = 6

// member brings one member to the family's stage, playing the stations.
func (s *seeder) member(ctx context.Context, f *demo.Family, m *demo.Member, c assessment.NewCase, am assessment.NewMember) error {
	want := func(order.Order) bool { return true }
	switch f.Stage {
	case demo.Booked:
		return nil
	case demo.Missing:
		want = func(o order.Order) bool { return o.Station == access.Radiology }
	case demo.Today:
		// Half of the stations are done by the time the visitor looks.
		n := slices.IndexFunc(f.Members, func(x demo.Member) bool { return x.Given == m.Given && x.Relation == m.Relation }) + len(f.Members)
		seen := map[string]bool{"nurse": n%3 != 0, "physician": n%2 == 0, "laboratory": n%4 < 2}
		want = func(o order.Order) bool { return seen[o.Station] }
	case demo.Refused:
		if _, err := s.tell(ctx, f, m, am); err != nil || m.Relation != "head" {
			return err
		}
		return s.refuse(ctx, am)
	}
	if err := s.work(ctx, f, m, c, am, want); err != nil {
		return err
	}
	switch f.Stage {
	case demo.Cleared, demo.Suspended, demo.Treatment:
		if err := s.sign(ctx, am); err != nil {
			return err
		}
	}
	if f.Stage == demo.Suspended && m.Relation == "head" {
		return s.turn(ctx, am)
	}
	return nil
}

// story records what the members of a family said at the first questions: what the
// packs may ask of a person and no service finds out. Families to come, and those
// whose plan is to stay open, have not been asked yet.
func (s *seeder) story(ctx context.Context, f *demo.Family, regs []people.Registration) error {
	if !f.Came() {
		return nil
	}
	n := s.n
	nurse := s.staff[string(access.Physician)]
	return n.DB.Write(ctx, func(tx *db.Tx) error {
		dest, err := n.Packs.Whole(tx, f.Destination, f.Exam)
		if err != nil {
			return err
		}
		safety, err := n.Packs.Active(tx, safetyPack, f.Exam)
		if err != nil {
			return err
		}
		for i, r := range regs {
			told := map[string]bool{}
			for _, q := range append(slices.Clone(dest.Facts), safety.Facts...) {
				code, ok := strings.CutPrefix(q.From, "obs:")
				if !ok || q.Service != "" || told[code] {
					continue
				}
				told[code] = true
				v, ok := s.said(&f.Members[i], q, code)
				if !ok {
					continue
				}
				if err := n.Orders.Answer(tx, nurse.Author(), order.Answer{Subject: r.ID, Code: code, Value: v, On: s.world.Today,
					Sensitivity: levelOf(q.Sensitivity), Site: s.site, Purpose: "assessment"}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// refuse closes the first order of the laboratory as refused by the person.
func (s *seeder) refuse(ctx context.Context, am assessment.NewMember) error {
	doctor := s.as(ctx, string(access.Physician))
	orders, err := s.n.Orders.OfPerson(doctor, am.Person)
	if err != nil {
		return err
	}
	for _, o := range orders {
		if o.Station == access.LabStation && o.Status.Open() {
			return s.n.Orders.Close(doctor, o.ID, order.Refused, "")
		}
	}
	return nil
}

// work does the open orders that are wanted and lets the plan be made anew, until
// nothing changes.
func (s *seeder) work(ctx context.Context, f *demo.Family, m *demo.Member, c assessment.NewCase, am assessment.NewMember, want func(order.Order) bool) error {
	doctor := s.as(quietly(ctx), string(access.Physician))
	told := false
	for range rounds {
		did := false
		orders, err := s.n.Orders.OfPerson(doctor, am.Person)
		if err != nil {
			return err
		}
		for _, o := range orders {
			if o.Case != c.ID || !o.Status.Open() || !want(o) {
				continue
			}
			done, err := s.do(doctor, f, m, o)
			if err != nil {
				return fmt.Errorf("%s: %w", o.Code, err)
			}
			did = did || done
		}
		if did {
			if err := s.n.Assessment.Refresh(s.as(ctx, string(access.Physician)), am.Person); err != nil {
				return err
			}
			continue
		}
		if told {
			return nil
		}
		told = true
		if did, err = s.tell(ctx, f, m, am); err != nil || !did {
			return err
		}
	}
	return nil
}

// tell answers what a member's plan still asks, as the physician does before
// signing. It reports whether anything was said.
func (s *seeder) tell(ctx context.Context, f *demo.Family, m *demo.Member, am assessment.NewMember) (bool, error) {
	if f.Stage == demo.Missing || f.Stage == demo.Booked {
		return false, nil
	}
	doctor := s.as(ctx, string(access.Physician))
	asked, err := s.n.Assessment.Asked(doctor, am.ID)
	if err != nil {
		return false, err
	}
	answers := map[string]value.Value{}
	for _, q := range asked {
		code := q.From[strings.Index(q.From, ":")+1:]
		if code == "tb_dx" && m.Findings["culture"] == "pending" {
			continue // nobody names a disease before the cultures are read
		}
		if v, ok := s.said(m, q, code); ok {
			answers[q.Name] = v
		}
	}
	if len(answers) == 0 {
		return false, nil
	}
	return true, s.n.Assessment.Answer(doctor, am.ID, answers)
}

// said is what a member answers to a question: their own story where it says
// something, and otherwise what a healthy person says. It is the demo's, not a
// rule's.
func (s *seeder) said(m *demo.Member, q pack.Fact, code string) (value.Value, bool) {
	if text, ok := m.Findings[code]; ok {
		return value.Text(text), true
	}
	switch code {
	case "pregnancy_today":
		return value.Of(m.Pregnant), m.Sex == "female"
	case "lmp":
		if m.Pregnant {
			return m.LMP.Value(), true
		}
		return value.Day(int(s.world.Today - 12)), m.Sex == "female"
	case "periods":
		return value.Text("known"), m.Sex == "female" && !m.Pregnant
	case "trimester":
		if m.Pregnant {
			return value.Number(2), true
		}
		return value.Number(0), true
	case "gestation_weeks":
		return value.Number(20), m.Pregnant
	case "breastfed_infant_days":
		return value.Number(9999), m.Sex == "female"
	case "choice", "xray_consent":
		return value.Value{}, false // hers; the demo leaves it open
	case "contact", "contact5y":
		return value.Of(m.TBContact), true
	case "tb_dx":
		if m.Findings["culture"] == "pos" {
			return value.Text("pulm"), true
		}
		return value.Text("none"), true
	}
	switch {
	case m.Declines && q.Type == "bool" && levelOf(q.Sensitivity) == journal.Sensitive:
		return value.RefusedAnswer(), true
	case q.Type == "bool":
		return value.Of(false), true
	case q.Type == "code" && slices.Contains(q.Values, "none"):
		return value.Text("none"), true
	case q.Type == "decimal", q.Type == "int":
		return value.Number(0), true
	}
	return value.Value{}, false
}

// do carries out one order: what comes before it, the act, the result.
func (s *seeder) do(ctx context.Context, f *demo.Family, m *demo.Member, o order.Order) (bool, error) {
	for _, need := range o.Needs {
		switch need {
		case order.NeedCounselling:
			if err := s.n.Orders.Counsel(ctx, order.Talk{ID: db.NewID(), Order: o.ID, Interp: "professional"}); err != nil {
				return false, fmt.Errorf("counsel: %w", err)
			}
		case order.NeedConsent:
			if err := s.agree(ctx, f, m, o); err != nil {
				return false, fmt.Errorf("consent: %w", err)
			}
		}
	}
	specimens := 1
	if o.Specimens > 1 {
		specimens = o.Specimens
	}
	for i := range specimens {
		e := order.Entry{ID: db.NewID(), Order: o.ID, Identity: "photo"}
		if specimens > 1 {
			e.Specimen, e.Label = i+1, fmt.Sprintf("%s-%d", f.Number, i+1)
		}
		ff, known, err := s.n.Orders.FormOf(ctx, o.ID)
		if err != nil {
			return false, err
		}
		if e.Answers, err = s.fill(ff, known, f, m); err != nil {
			return false, fmt.Errorf("%s: %w", o.Form, err)
		}
		if _, err := s.n.Orders.Record(ctx, e); err != nil {
			if i == 0 && isConflict(err) {
				return false, nil // the safety check holds: that is what the demo shows
			}
			return false, fmt.Errorf("record: %w", err)
		}
	}
	return true, nil
}

// agree records the consent that an order asks for; for a child alone two officers
// decide, each with a log-in of their own.
func (s *seeder) agree(ctx context.Context, f *demo.Family, m *demo.Member, o order.Order) error {
	scope, ok := people.ScopeFor(o.Consent)
	if !ok {
		return fmt.Errorf("no consent is called %q", o.Consent)
	}
	var p people.Person
	err := s.n.DB.Read(ctx, func(tx *db.Tx) (err error) { p, _, err = s.n.People.Identity(tx, o.Subject); return err })
	if err != nil {
		return err
	}
	c := s.talk(f, m, p, scope)
	c.Order = o.ID
	if err := s.n.People.RecordConsent(ctx, o.Subject, []people.Consent{c}); err != nil || c.GivenBy != people.ByOfficers {
		return err
	}
	return s.n.People.Countersign(s.as(ctx, string(access.Counsellor)), o.Subject, c.ID)
}

// fill answers a form as the member's findings say, and otherwise with what the
// form's author put first, which is the normal finding.
func (s *seeder) fill(ff *form.Form, known value.Facts, f *demo.Family, m *demo.Member) (map[string][]string, error) {
	answers := map[string][]string{}
	day := min(f.Exam, s.world.Today)
	for range len(ff.Rows) + 1 {
		res := ff.Check(answers, known, s.world.Today)
		if res.OK() {
			return answers, nil
		}
		progress := false
		for _, e := range res.Errors {
			for i := range ff.Rows {
				if r := &ff.Rows[i]; r.Name == e.Question && answers[r.Name] == nil {
					answers[r.Name], progress = s.some(r, m, day), true
				}
			}
		}
		if !progress {
			return nil, fmt.Errorf("form: %v", res.Errors[0])
		}
	}
	return nil, fmt.Errorf("form: no end of questions")
}

// some is what a member's form says to one question.
func (s *seeder) some(r *form.Row, m *demo.Member, day calendar.Day) []string {
	if r.Name != "vaccines_complete" {
		return []string{s.one(r, m, day)}
	}
	// Most bring a card on which one vaccine is missing, some none at all.
	var card []string
	missing := len(m.Given.Latin) % 8
	for i, c := range r.Choices {
		if c.Name != "none" && i != missing+1 {
			card = append(card, c.Name)
		}
	}
	if len(m.Surname.Latin)%7 == 0 {
		return []string{"none"}
	}
	return card
}

func (s *seeder) one(r *form.Row, m *demo.Member, day calendar.Day) string {
	for _, name := range []string{r.Fact, r.Name, strings.TrimSuffix(r.Name, "_reading"), strings.TrimSuffix(r.Name, "_result")} {
		if v, ok := m.Findings[name]; ok && slices.ContainsFunc(r.Choices, func(c form.Choice) bool { return c.Name == v }) {
			return v
		}
	}
	if r.Name == "fit_to_fly" {
		return "yes" // the one question of the forms whose remarkable answer is no
	}
	if len(r.Choices) > 0 {
		for _, c := range r.Choices {
			if c.Name == "no" {
				return "no"
			}
		}
		return r.Choices[0].Name
	}
	switch r.Type {
	case form.Date:
		switch r.Name {
		case "departure_date":
			return (s.world.Today + 2).String()
		case "placed_on": // a skin test is read two days later
			return (day - 2).String()
		}
		return day.String()
	case form.Integer, form.Decimal:
		return number(r)
	}
	return "—"
}

// number is a value in the middle of what raises no question.
func number(r *form.Row) string {
	lo, hi := 1.0, 100.0
	for _, p := range []*float64{r.Min, r.WarnMin} {
		if p != nil {
			lo = *p
		}
	}
	for _, p := range []*float64{r.Max, r.WarnMax} {
		if p != nil {
			hi = *p
		}
	}
	return fmt.Sprintf("%.0f", (lo+hi)/2)
}

// sign lets the physician sign what stands; a plan that is not ready is left.
func (s *seeder) sign(ctx context.Context, am assessment.NewMember) error {
	doctor := s.as(ctx, string(access.Physician))
	seen, err := s.n.Assessment.LastDecision(doctor, am.ID)
	if err != nil {
		return err
	}
	_, err = s.n.Assessment.Sign(doctor, db.NewID(), am.ID, seen)
	if isInvalid(err) {
		return nil
	}
	return err
}

// turn corrects a culture to positive after the clearance: the evening before the
// flight.
func (s *seeder) turn(ctx context.Context, am assessment.NewMember) error {
	lab := s.as(ctx, string(access.Physician))
	orders, err := s.n.Orders.OfPerson(lab, am.Person)
	if err != nil {
		return err
	}
	for _, o := range orders {
		if o.Form != "sputum-result" {
			continue
		}
		results, err := s.n.Orders.ResultsOf(lab, o.ID)
		if err != nil || len(results) == 0 {
			return err
		}
		r := results[0]
		_, err = s.n.Orders.Correct(lab, order.Entry{ID: db.NewID(), Order: r.Order, Specimen: r.Specimen, Label: r.Label, Corrects: r.ID,
			Reason: "The culture grew in week seven.", Answers: map[string][]string{"smear": {"neg"}, "culture": {"pos"}}})
		return err
	}
	return nil
}

type quietKey struct{}

// quietly keeps plans from being made anew at each of many facts that are written
// together; Refresh makes them once at the end.
func quietly(ctx context.Context) context.Context { return context.WithValue(ctx, quietKey{}, true) }

func isQuiet(ctx context.Context) bool { return ctx.Value(quietKey{}) != nil }

func isConflict(err error) bool { return fault.Is(err, fault.Conflict) }

func isInvalid(err error) bool { return fault.Is(err, fault.Invalid) }
