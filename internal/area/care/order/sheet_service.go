package order

import (
	"context"

	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Sheet is what a station sees of one order.
type Sheet struct {
	Order   Order
	Steps   []Step
	Results []Result // without what the reader may not see
	Unmet   []Need
	Consent people.ConsentState // of the consent that the order asks for
	Next    int                 // specimen to collect
	Touched bool                // the person was identified for what is to be reported now
	Safety  *Verdict            // for an act that it guards, while the order is open
	Form    *form.Form
	Seen    []db.ID // results of the form's codes that hold
	Banner  *page.Banner
	Service page.Msg
	Names   map[db.ID]string // of users

	MayPerform, MayRecord, MayCounsel, MayConsent, MayCancel, MayCorrect, MayTell, MayCase, MayAgain bool
}

// Look opens an order for a station and notes it in the read audit.
func (s *Service) Look(ctx context.Context, id db.ID) (Sheet, error) {
	var sh Sheet
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		sh, err = s.look(ctx, tx, id)
		return err
	})
	if err != nil {
		return sh, fault.Wrap("order.Look", err)
	}
	return sh, fault.Wrap("order.Look", s.Access.Opened(ctx, sh.Order.Subject, "care.order"))
}

func (s *Service) look(ctx context.Context, tx *db.Tx, id db.ID) (Sheet, error) {
	o, steps, err := s.open(ctx, tx, access.OrderRead, id)
	if err != nil {
		return Sheet{}, err
	}
	sh := Sheet{Order: o, Steps: steps, Next: next(o, steps)}
	if sh.Consent, err = s.consentOf(tx, o); err != nil {
		return sh, err
	}
	sh.Unmet = Unmet(o, steps, sh.Consent)
	parts, err := resultsOf(tx, id)
	if err != nil {
		return sh, err
	}
	sh.Results = gather(parts, func(p part) bool { return s.Access.May(ctx, access.ResultRead, o.at(p.Sens)) })
	sh.Touched = touched(o, steps, gather(parts, everything), reporting(sh))
	if guarded(o.Act) && o.Status.Open() && !sh.Touched {
		sh.Safety = s.verdict(ctx, tx, o)
	}
	if sh.Form, err = s.form(tx, o.Request); err != nil && !fault.Is(err, fault.NotFound) {
		return sh, err
	}
	if sh.Form != nil {
		if sh.Seen, err = s.seenBy(ctx, tx, o, sh.Form); err != nil {
			return sh, err
		}
	}
	if sh.Banner, err = s.People.Banner(ctx, tx, o.Subject); err != nil {
		return sh, err
	}
	sh.Service = s.serviceName(tx, o.Request)
	sh.Names = s.names(tx, steps, sh.Results)
	may := func(a access.Action) bool { return s.Access.May(ctx, a, o.Resource()) }
	sh.MayPerform, sh.MayRecord, sh.MayCounsel = may(access.OrderPerform), may(access.ResultRecord), may(access.CounsellingRecord)
	sh.MayConsent, sh.MayCancel, sh.MayCorrect, sh.MayTell = may(access.ConsentRecord), may(access.OrderCancel), may(access.ResultCorrect), may(access.ResultTell)
	sh.MayAgain = s.mayAgain(ctx, o)
	sh.MayCase = s.Access.May(ctx, access.CaseRead, access.Resource{Kind: "assessment.case", Doc: o.Case, Site: o.Site, Programme: o.Programme, Sensitivity: journal.Identity})
	return sh, nil
}

// verdict asks the station-safety check; one that cannot be made is not clean.
func (s *Service) verdict(ctx context.Context, tx *db.Tx, o Order) *Verdict {
	broken := &Verdict{Why: []page.Msg{page.M("order.error.no_safety")}}
	if s.Safety == nil {
		return broken
	}
	v, err := s.Safety.Check(ctx, tx, o, s.today())
	if err != nil {
		return broken
	}
	return &v
}

// serviceName is what the pack calls the service, in the reader's language.
func (s *Service) serviceName(tx *db.Tx, r Request) page.Msg {
	p, err := s.protocol(tx, r)
	if err == nil {
		for _, key := range []string{"service." + r.Code, "encounter." + r.Code, "programme." + r.Code, "form." + r.Code} {
			if _, ok := p.Word("en", key); ok {
				return page.Words(func(lang string) string {
					text, _ := p.Word(lang, key)
					return text
				})
			}
		}
	}
	return page.M("order.service_code", "code", r.Code)
}

func (s *Service) names(tx *db.Tx, steps []Step, results []Result) map[db.ID]string {
	out := map[db.ID]string{}
	if s.Users == nil {
		return out
	}
	for _, st := range steps {
		out[st.By] = ""
	}
	for _, r := range results {
		out[r.By] = ""
	}
	for id := range out {
		out[id] = s.Users.UserName(tx, id)
	}
	return out
}

// reporting is the specimen that a result entered now is about: the first
// collected one without a whole result, 0 where there is one specimen only.
func reporting(sh Sheet) int {
	if sh.Order.Specimens < 2 {
		return 0
	}
	whole := map[int]bool{}
	for _, r := range live(sh.Results) {
		whole[r.Specimen] = !r.Partial
	}
	for n := 1; n <= sh.Order.Specimens; n++ {
		if !whole[n] {
			return n
		}
	}
	return sh.Order.Specimens
}

// latest is the result that holds for a specimen, to go on from; false when there
// is none.
func latest(results []Result, specimen int) (Result, bool) {
	var out Result
	found := false
	for _, r := range live(results) {
		if r.Specimen == specimen {
			out, found = r, true
		}
	}
	return out, found
}

// Try checks answers without saving them, to show which questions apply.
func (s *Service) Try(ctx context.Context, id db.ID, action access.Action, answers map[string][]string) (*form.Form, *form.Result, error) {
	var f *form.Form
	var res *form.Result
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		o, _, err := s.open(ctx, tx, action, id)
		if err != nil {
			return err
		}
		f, res, err = s.check(ctx, tx, o, answers, action == access.ResultCorrect)
		return err
	})
	return f, res, fault.Wrap("order.Try", err)
}

// goOn is what a form is filled with when a result goes on: the answers so far,
// but for the question how the person was identified, which is asked each time.
func goOn(f *form.Form, answers value.Facts) map[string][]string {
	out := f.Answers(answers)
	for i := range f.Rows {
		if f.Rows[i].Fact == factIdentity {
			delete(out, f.Rows[i].Name)
		}
	}
	return out
}

// banner reads the banner of a person.
func (s *Service) banner(ctx context.Context, person db.ID) (*page.Banner, error) {
	var b *page.Banner
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) { b, err = s.People.Banner(ctx, tx, person); return err })
	return b, err
}
