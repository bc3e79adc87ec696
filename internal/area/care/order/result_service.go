package order

import (
	"context"
	"crypto/sha256"
	"maps"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Entry is a filled-in form.
type Entry struct {
	ID       db.ID // of the new result, made when the form was shown
	Order    db.ID
	Specimen int
	Label    string // number on the tube, where the form does not ask
	Identity string // where the form does not ask it and nobody recorded it before
	Answers  map[string][]string
	Seen     []db.ID // what held when the form was shown (Answer.Seen); nil: what holds now

	Corrects db.ID  // the result that was wrong
	Reason   string // why it was
}

// Saved is what became of an entry.
type Saved struct {
	Result Result
	Check  *form.Result // what the form said; its errors where nothing was saved
	Acted  []Step       // for a correction: who acted on the old result
}

// Record saves a result. When the answers are not right it answers Invalid and
// Saved.Check says which; nothing is saved then.
func (s *Service) Record(ctx context.Context, e Entry) (Saved, error) {
	var out Saved
	err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		out, err = s.record(ctx, tx, e)
		return err
	})
	return out, fault.Wrap("order.Record", err)
}

func (s *Service) record(ctx context.Context, tx *db.Tx, e Entry) (Saved, error) {
	const op = "order.record"
	o, steps, err := s.open(ctx, tx, access.ResultRecord, e.Order)
	if err != nil {
		return Saved{}, err
	}
	if !o.Status.Open() {
		return Saved{}, fault.New(fault.Conflict, op, "order.error.closed")
	}
	if e.Specimen < 0 || e.Specimen > o.Specimens || (o.Specimens > 1) != (e.Specimen > 0) {
		return Saved{}, fault.Field(op, "specimen", "order.error.specimen")
	}
	f, check, err := s.check(ctx, tx, o, e.Answers, false)
	if err != nil {
		return Saved{}, err
	}
	e.Identity = identityOf(f, check, e.Identity)
	identify := o.Act != form.NoAct || asksIdentity(f)
	before, err := resultsOf(tx, o.ID)
	if err != nil {
		return Saved{}, err
	}
	own := fresh(o, steps, gather(before, everything), e.Specimen)
	done := slices.ContainsFunc(own, func(s Step) bool { return s.Kind == StepIdentity })
	if identify && !done && !slices.Contains(Identified, e.Identity) {
		err = fault.Field(op, "identity", "order.error.identity")
	}
	if !check.OK() {
		return Saved{Check: check}, fault.New(fault.Invalid, op, "order.error.form")
	}
	if err != nil {
		return Saved{Check: check}, err
	}
	a, _ := access.From(ctx)
	var changes []journal.Change
	on := s.today()
	switch {
	case check.Refused:
		// Nobody is touched: nothing has to be met or safe first, and nothing was done.
		if identify && !done {
			changes = append(changes, s.stepOf(o, Step{Kind: StepIdentity, How: e.Identity, Specimen: e.Specimen, On: on}, a.Purpose))
		}
	case identify && !done:
		// The act and its result are entered at once: the same guards hold.
		if err := s.mayTouch(ctx, tx, o, steps); err != nil {
			return Saved{Check: check}, err
		}
		changes = s.touch(o, Act{Identity: e.Identity, Label: e.Label, Specimen: e.Specimen}, a.Purpose, on)
	default:
		if err := s.needsMet(tx, o, steps); err != nil {
			return Saved{Check: check}, err
		}
		if !asksIdentity(f) {
			break
		}
		changes = append(changes, s.stepOf(o, Step{Kind: StepIdentity, How: e.Identity, Specimen: e.Specimen, On: on}, a.Purpose))
	}
	on = dayOf(f, check, own, on)
	r, parts, err := s.parts(tx, o, e, f, check, on)
	if err != nil {
		return Saved{}, err
	}
	if err := s.Journal.Append(tx, a.Author(), append(changes, s.partChanges(o, parts, a.Purpose)...)...); err != nil {
		return Saved{}, err
	}
	return Saved{Result: r, Check: check}, s.settle(ctx, tx, o, r)
}

// check runs the order's form on answers. Questions more sensitive than the user
// may record are left to somebody else; a correction identifies nobody.
func (s *Service) check(ctx context.Context, tx *db.Tx, o Order, answers map[string][]string, correcting bool) (*form.Form, *form.Result, error) {
	f, err := s.form(tx, o.Request)
	if err != nil {
		return nil, nil, err
	}
	known, err := s.known(tx, o, f)
	if err != nil {
		return nil, nil, err
	}
	return f, f.Check(answers, known, s.today(), func(r *form.Row) bool {
		return correcting && r.Fact == factIdentity || !s.mayEnter(ctx, o, r)
	}), nil
}

func (s *Service) mayEnter(ctx context.Context, o Order, r *form.Row) bool {
	sens := sensOf(r, o.Sensitivity)
	return sens == o.Sensitivity || s.Access.May(ctx, access.ResultRecord, o.at(sens))
}

// seenBy are the results of what the user may enter in a form of an order.
func (s *Service) seenBy(ctx context.Context, tx *db.Tx, o Order, f *form.Form) ([]db.ID, error) {
	var codes []string
	for i := range f.Rows {
		if r := &f.Rows[i]; r.Fact != "" && r.Fact != factIdentity && s.mayEnter(ctx, o, r) {
			codes = append(codes, r.Fact)
		}
	}
	return seenFor(tx, o.Subject, codes)
}

// sensOf is the sensitivity of a question's answer: its own, at least the order's.
func sensOf(r *form.Row, order journal.Sensitivity) journal.Sensitivity {
	own, err := journal.ParseSensitivity(r.Sens)
	if err != nil {
		return order
	}
	return max(own, order)
}

// known gathers what the form's hidden rows read: the record, then observations.
func (s *Service) known(tx *db.Tx, o Order, f *form.Form) (value.Facts, error) {
	reads := f.Reads()
	if len(reads) == 0 {
		return nil, nil
	}
	out, err := s.People.Known(tx, o.Subject, s.today())
	if err != nil {
		return nil, err
	}
	out = maps.Clone(out)
	if out == nil {
		out = value.Facts{}
	}
	observed, err := s.Facts(tx, o.Subject, reads)
	if err != nil {
		return nil, err
	}
	for _, name := range reads {
		if fact, ok := observed[name]; ok && out[name].Kind() == value.KindUnknown && !fact.Disputed {
			out[name] = fact.Value
		}
	}
	return out, nil
}

// asksIdentity reports whether the form itself asks how the person was identified.
func asksIdentity(f *form.Form) bool { return slices.Contains(f.Facts(), factIdentity) }

// identityOf takes the confirmation from the form where the form asks it.
func identityOf(f *form.Form, check *form.Result, posted string) string {
	if !asksIdentity(f) {
		return posted
	}
	how, _ := check.Facts[factIdentity].Str()
	return how
}

// dayOf is the day a result is about: the day the form's setting names, the day
// of the act that nothing was reported of yet, or today.
func dayOf(f *form.Form, check *form.Result, own []Step, today calendar.Day) calendar.Day {
	if f.Day != "" {
		if n, ok := check.Values[f.Day].DayNumber(); ok && calendar.Day(n) <= today {
			return calendar.Day(n)
		}
	}
	for _, st := range slices.Backward(own) {
		if st.Kind == StepPerformed && st.On != 0 {
			return st.On
		}
	}
	return today
}

// parts divides the answers by sensitivity: the result itself holds those of the
// order's own, each higher one has a part of its own.
func (s *Service) parts(tx *db.Tx, o Order, e Entry, f *form.Form, check *form.Result, on calendar.Day) (Result, []part, error) {
	at := s.now()
	if e.ID.IsZero() {
		e.ID = db.NewID()
	}
	main := part{ID: e.ID, Main: e.ID, Subject: o.Subject, Order: o.ID, Sens: o.Sensitivity, Corrects: e.Corrects, Doc: resultDoc{Order: o.ID, Station: o.Station, Form: o.Form,
		Specimen: e.Specimen, Label: clean(e.Label, 64), On: on.String(), At: at, Answers: value.Facts{}, Facts: map[string]Observed{}, Corrects: e.Corrects,
		Reason: clean(e.Reason, 500), Partial: partial(check.Values), Refused: check.Refused}}
	bySens := map[journal.Sensitivity]*part{o.Sensitivity: &main}
	partFor := func(sens journal.Sensitivity) *part {
		if bySens[sens] == nil {
			p := main
			p.ID, p.Sens = partID(e.ID, sens), sens
			p.Doc.Main, p.Doc.Answers, p.Doc.Facts = e.ID, value.Facts{}, map[string]Observed{}
			bySens[sens] = &p
		}
		return bySens[sens]
	}
	if !e.Corrects.IsZero() {
		// A part of the old result is corrected even if nothing is left of it.
		old, err := partsOf(tx, e.Corrects)
		if err != nil {
			return Result{}, nil, err
		}
		for _, p := range old {
			if s.mayCorrectPart(tx.Context(), o, p) {
				partFor(p.Sens)
			}
		}
	}
	var codes []string
	for i := range f.Rows {
		row := &f.Rows[i]
		v, ok := check.Values[row.Name]
		if !ok || row.Fact == factIdentity {
			continue
		}
		p := partFor(sensOf(row, o.Sensitivity))
		if row.Asked() {
			p.Doc.Answers[row.Name] = v
		}
		if fact, ok := check.Facts[row.Fact]; ok && row.Fact != "" {
			p.Doc.Facts[row.Fact] = Observed{Value: fact, Unit: row.Unit}
			codes = append(codes, row.Fact)
		}
	}
	seen, err := seenThen(tx, o.Subject, codes, e.Seen)
	if err != nil {
		return Result{}, nil, err
	}
	var parts []part
	for _, sens := range slices.Sorted(maps.Keys(bySens)) {
		p := bySens[sens]
		if sens == journal.Sealed {
			return Result{}, nil, fault.New(fault.Internal, "order.parts", "order.error.sealed")
		}
		p.Doc.Seen = seen
		parts = append(parts, *p)
	}
	// That care is asked for is as sensitive as the most sensitive answer.
	parts[len(parts)-1].Doc.Care = check.Care
	all := gather(parts, everything)
	all[0].Site, all[0].Programme = o.Site, o.Programme
	return all[0], parts, nil
}

// partID follows from the result and the sensitivity, so that a replay is seen.
func partID(main db.ID, sens journal.Sensitivity) db.ID {
	h := sha256.Sum256(append(append([]byte("care.result part "), main[:]...), byte(sens)))
	var id db.ID
	copy(id[:], h[:])
	id[6], id[8] = 0x80|id[6]&0x0f, 0x80|id[8]&0x3f // RFC 9562, version 8
	return id
}

func (s *Service) partChanges(o Order, parts []part, why string) []journal.Change {
	out := make([]journal.Change, 0, len(parts))
	for _, p := range parts {
		d := p.Doc
		out = append(out, journal.Change{Kind: kindResult, Doc: p.ID, Subject: o.Subject, Site: o.Site, Programme: o.Programme, Sensitivity: p.Sens, Purpose: why,
			Fields: map[string]any{"order": d.Order, "station": d.Station, "main": idOrNil(d.Main), "form": d.Form, "specimen": d.Specimen, "label": d.Label, "on": d.On,
				"at": d.At, "answers": d.Answers, "facts": d.Facts, "corrects": idOrNil(d.Corrects), "reason": d.Reason, "seen": d.Seen, "partial": d.Partial, "refused": d.Refused, "care": d.Care}})
	}
	return out
}

// settle brings the order's status after its results and tells the hooks.
func (s *Service) settle(ctx context.Context, tx *db.Tx, o Order, r Result) error {
	parts, err := resultsOf(tx, o.ID)
	if err != nil {
		return err
	}
	if err := s.close(ctx, tx, o, statusAfter(o, gather(parts, everything)), ""); err != nil {
		return err
	}
	return s.tellResult(ctx, tx, r)
}

// Correct saves a result in the place of one that was wrong, and lists who acted
// on the old one. The old one stays in the record.
func (s *Service) Correct(ctx context.Context, e Entry) (Saved, error) {
	var out Saved
	err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		out, err = s.correct(ctx, tx, e)
		return err
	})
	return out, fault.Wrap("order.Correct", err)
}

func (s *Service) correct(ctx context.Context, tx *db.Tx, e Entry) (Saved, error) {
	const op = "order.correct"
	o, old, err := s.openResult(ctx, tx, access.ResultCorrect, e.Corrects)
	if err != nil {
		return Saved{}, err
	}
	if old.InError || !old.Replaced.IsZero() {
		return Saved{}, fault.New(fault.Conflict, op, "order.error.replaced")
	}
	e.Order, e.Specimen, e.Label = o.ID, old.Specimen, old.Label
	f, check, err := s.check(ctx, tx, o, e.Answers, true)
	switch {
	case err != nil:
		return Saved{}, err
	case !check.OK():
		return Saved{Check: check}, fault.New(fault.Invalid, op, "order.error.form")
	case old.Refused && !check.Refused && o.Act != form.NoAct:
		// What was then done had its own identification and its own safety check.
		return Saved{Check: check}, fault.New(fault.Conflict, op, "order.error.was_refused")
	case clean(e.Reason, 500) == "":
		return Saved{Check: check}, fault.Field(op, "reason", "order.error.reason")
	}
	acted, err := s.ActedOn(tx, old.ID)
	if err != nil {
		return Saved{}, err
	}
	r, parts, err := s.parts(tx, o, e, f, check, old.On)
	if err != nil {
		return Saved{}, err
	}
	a, _ := access.From(ctx)
	if err := s.Journal.Append(tx, a.Author(), s.partChanges(o, parts, a.Purpose)...); err != nil {
		return Saved{}, err
	}
	return Saved{Result: r, Check: check, Acted: acted}, s.settle(ctx, tx, o, r)
}

// mayCorrectPart reports whether the user may replace a part of a result.
func (s *Service) mayCorrectPart(ctx context.Context, o Order, p part) bool {
	return p.Sens == o.Sensitivity || s.Access.May(ctx, access.ResultCorrect, o.at(p.Sens))
}

// orderOf is the order of a part of a result; of an answer, which stands under none,
// as much of one as its rights need.
func orderOf(tx *db.Tx, p part) (Order, error) {
	if !p.Order.IsZero() {
		return findOrder(tx, p.Order)
	}
	return Order{Request: Request{Subject: p.Subject, Site: p.Site, Programme: p.Programme, Sensitivity: p.Sens, Station: p.Station}}, nil
}

// openResult loads a result of an order and checks the action on it.
func (s *Service) openResult(ctx context.Context, tx *db.Tx, action access.Action, id db.ID) (Order, Result, error) {
	const op = "order.openResult"
	missing := fault.New(fault.NotFound, op, "order.error.not_found")
	parts, err := partsOf(tx, id)
	if err != nil {
		return Order{}, Result{}, err
	}
	o, err := orderOf(tx, parts[0])
	if err != nil {
		return o, Result{}, err
	}
	if err := s.Access.Check(ctx, action, o.at(0)); err != nil {
		if action != access.ResultRead && s.Access.May(ctx, access.ResultRead, o.at(0)) {
			return o, Result{}, err
		}
		return o, Result{}, missing
	}
	more, err := correctionsOf(tx, id)
	if err != nil {
		return o, Result{}, err
	}
	all := gather(append(parts, more...), func(p part) bool {
		return p.Sens == o.Sensitivity || s.Access.May(ctx, action, o.at(p.Sens))
	})
	return o, all[0], nil
}

// StrikeOut marks a result as entered in error, with all its parts: it stays in the
// history and counts for nothing. It answers who acted on it.
func (s *Service) StrikeOut(ctx context.Context, result db.ID, reason string) ([]Step, error) {
	var acted []Step
	err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		acted, err = s.strikeOut(ctx, tx, result, reason)
		return err
	})
	return acted, fault.Wrap("order.StrikeOut", err)
}

func (s *Service) strikeOut(ctx context.Context, tx *db.Tx, result db.ID, reason string) ([]Step, error) {
	const op = "order.StrikeOut"
	o, r, err := s.openResult(ctx, tx, access.ResultCorrect, result)
	if err != nil {
		return nil, err
	}
	reason = clean(reason, 500)
	switch {
	case r.InError:
		return nil, fault.New(fault.Conflict, op, "order.error.replaced")
	case reason == "":
		return nil, fault.Field(op, "reason", "order.error.reason")
	}
	acted, err := s.ActedOn(tx, result)
	if err != nil {
		return nil, err
	}
	parts, err := partsOf(tx, result)
	if err != nil {
		return nil, err
	}
	a, _ := access.From(ctx)
	var changes []journal.Change
	for _, p := range parts {
		d, err := s.Journal.Load(tx, p.ID)
		if err != nil {
			return nil, err
		}
		changes = append(changes, journal.Change{Kind: kindResult, Doc: p.ID, Base: d.Version, Purpose: a.Purpose, EnteredInError: true,
			Fields: map[string]any{"error_reason": reason}})
	}
	if err := s.Journal.Append(tx, a.Author(), changes...); err != nil {
		return nil, err
	}
	r.InError = true
	if o.ID.IsZero() {
		return acted, s.tellResult(ctx, tx, r)
	}
	return acted, s.settle(ctx, tx, o, r)
}

// View is a result with what a reader sees beside it.
type View struct {
	Order  Order
	Result Result
	Form   *form.Form
	Acts   []Step
}

// Read opens a result for the reader and notes that they did.
func (s *Service) Read(ctx context.Context, result db.ID) (View, error) {
	var v View
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		o, r, err := s.openResult(ctx, tx, access.ResultRead, result)
		if err != nil {
			return err
		}
		v = View{Order: o, Result: r}
		if v.Form, err = s.form(tx, o.Request); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if v.Acts, err = s.ActedOn(tx, result); err != nil {
			return err
		}
		a, _ := access.From(ctx)
		if err := noteOpened(tx, result, a.User, o.Subject, s.now()); err != nil {
			return err
		}
		return s.Access.OpenedTx(ctx, tx, o.Subject, "care.result")
	})
	return v, fault.Wrap("order.Read", err)
}
