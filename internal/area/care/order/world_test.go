package order

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// forms of a pack for tests. The real ones are in packs/assessment-forms.
var forms = map[string]string{
	"film": `type,name,label::en,required,relevant,fact,sensitivity,allow
select_one film,film,What does the film show?,yes,,cxr,,
choice film,normal,Normal,,,,,
choice film,tb,Suggestive of tuberculosis,,,,,
select_one yes_no,cavity,Is there a cavity?,yes,${film} = 'tb',,,unknown
`,
	"exam": `type,name,label::en,required,fact,sensitivity,unit,min,max
select_one yes_no,cough,Cough?,yes,symptoms,,,,
select_one yes_no,hiv,Known HIV?,yes,hiv,sensitive,,,
decimal,weight,Weight,,weight,,kg,1,300
`,
	"dose": `type,name,label::en,required,fact,calculation
setting,act,,,,dispensing
setting,refused,,,,outcome
select_one outcome,outcome,What happened?,yes,dose,
choice outcome,given,given,,,
choice outcome,refused,refused,,,
`,
	"hiv": `type,name,label::en,required,fact,label::ar,calculation
setting,care,,,,,needs_care
calculate,needs_care,,,,,${result} = 'pos'
select_one r,result,Result,yes,hiv_test,النتيجة,
choice r,neg,negative,,,سلبي,
choice r,pos,positive,,,إيجابي,
`,
	"sputum": `type,name,label::en,calculation,required,combine,fact
setting,specimens,,3,,,
setting,care,,needs_care,,,
calculate,needs_care,,${smear} = 'pos' or ${culture} = 'pos',,,
select_one smear,smear,Smear,,yes,neg pos,smear
choice smear,neg,negative,,,,
choice smear,pos,positive,,,,
select_one culture,culture,Culture,,yes,neg pending pos,culture
choice culture,pending,growing,,,,
choice culture,neg,negative,,,,
choice culture,pos,positive,,,,
`,
	"identity": `type,name,label::en,required,fact
select_one id,identity_by,How was it made sure?,yes,identity_confirmed
choice id,photo,the photo,,
choice id,document,a document,,
integer,mm,Millimetres,yes,tst
`,
}

type packsStub struct{ p *pack.Pack }

func (k packsStub) Active(*db.Tx, string, calendar.Day) (*pack.Pack, error) { return k.p, nil }
func (k packsStub) Version(_ *db.Tx, _, version, hash string) (*pack.Pack, error) {
	if version != k.p.Manifest.Version || hash != k.p.Hash {
		return nil, fault.New(fault.NotFound, "packs", "order.error.pack")
	}
	return k.p, nil
}

// stubs of what a banner and a list show of a person; who they are and what they
// agreed to is the people area's own, on the same store.
type shownPeople struct{}

func (shownPeople) Banner(context.Context, *db.Tx, db.ID) (*page.Banner, error) {
	return &page.Banner{Name: "أمينة", Latin: "Amina Warsame", Sex: page.Female}, nil
}

func (shownPeople) Briefs(_ *db.Tx, ids []db.ID) (map[db.ID]Brief, error) {
	out := map[db.ID]Brief{}
	for _, id := range ids {
		out[id] = Brief{Name: "أمينة", Latin: "Amina Warsame", Code: "7QKX2M4TRB", Sex: "female", Family: "GW-10001"}
	}
	return out, nil
}

func (shownPeople) Known(*db.Tx, db.ID, calendar.Day) (value.Facts, error) {
	return value.Facts{"sex": value.Text("female"), "age_years": value.Number(30)}, nil
}

// gate is a station-safety check that a test opens and closes.
type gate struct {
	clean bool
	err   error
	asked int
}

func (g *gate) Check(context.Context, *db.Tx, Order, calendar.Day) (Verdict, error) {
	g.asked++
	v := Verdict{Clean: g.clean}
	if !g.clean {
		v.Why = []page.Msg{page.M("order.error.safety")}
	}
	return v, g.err
}

type users struct{}

func (users) UserName(*db.Tx, db.ID) string { return "Amal Idris" }

// world is the service on a real database.
type world struct {
	*Service
	t      *testing.T
	clock  time.Time
	safety *gate
	users  map[access.Role]db.ID
	people *people.Service
	person db.ID
	cas    db.ID
}

func both(t *testing.T, f func(t *testing.T, w *world)) {
	t.Run("sqlite", func(t *testing.T) { f(t, newWorld(t, "")) })
	t.Run("postgres", func(t *testing.T) { f(t, newWorld(t, testkit.Postgres(t))) })
}

func newWorld(t *testing.T, url string) *world {
	t.Helper()
	o := db.Options{URL: url}
	for _, m := range [][]db.Migration{journal.Migrations(), access.Migrations(), place.Migrations(), people.Migrations(), Migrations()} {
		o.Migrations = append(o.Migrations, m...)
	}
	if url == "" {
		o.Path, o.Key = filepath.Join(t.TempDir(), "godwit.db"), key.Plain(bytes.Repeat([]byte{7}, 32))
	}
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	w := &world{t: t, clock: time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC), safety: &gate{clean: true}, users: map[access.Role]db.ID{}, cas: db.NewID()}
	now := func() time.Time { w.clock = w.clock.Add(time.Second); return w.clock }
	j, err := journal.New(journal.Options{DB: d, Kinds: slices.Concat(Kinds(), people.Kinds(), place.Kinds(), access.Kinds()), Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	a, err := access.New(access.Options{DB: d, Journal: j, Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	p := &pack.Pack{Manifest: pack.Manifest{ID: "us-immigrant", Version: "2026.1"}, Hash: "abc", Forms: forms,
		Words: map[string]map[string]string{"en": {"service.CXR": "Chest X-ray", "service.HIV": "HIV test"}, "ar": {"service.CXR": "أشعة الصدر"}}}
	w.people = people.New(people.Deps{DB: d, Journal: j, Access: a, Sites: place.NewSites(d, j, a), Clock: now})
	w.Service = New(Deps{DB: d, Journal: j, Access: a, Packs: packsStub{p}, People: shownPeople{}, Consents: w.people, Safety: w.safety, Users: users{}, Clock: now})
	w.people.OnConsent(w.Consented)
	w.person = w.register(people.Person{Given: "Amina", Family: "Warsame", Birth: calendar.DayOf(1996, 11, 1).Date(), Sex: people.Female})
	return w
}

func (w *world) register(p people.Person) db.ID {
	w.t.Helper()
	r := people.Registration{ID: db.NewID(), Site: "KLA", Person: p}
	if err := w.people.RegisterBatch(w.as(access.Reception), []people.Registration{r}); err != nil {
		w.t.Fatal(err)
	}
	return r.ID
}

// says is what a person, or who decides for them, says to the HIV test of an order.
func (w *world) says(order db.ID, d people.Decision) people.Consent {
	return people.Consent{ID: db.NewID(), Scope: people.ScopeHIVTest, Decision: d, GivenBy: people.BySelf, Interpreter: people.InterpreterNone,
		Mode: people.ModeSigned, On: w.today().Date(), Order: order}
}

// consent records it.
func (w *world) consent(ctx context.Context, order db.ID, d people.Decision) error {
	return w.people.RecordConsent(ctx, w.person, []people.Consent{w.says(order, d)})
}

// as is a context in which somebody of a role at Kampala works.
func (w *world) as(r access.Role) context.Context {
	id, ok := w.users[r]
	if !ok {
		id = db.NewID()
		w.users[r] = id
	}
	return access.With(w.t.Context(), access.Actor{User: id, Login: string(r), Roles: []access.Role{r}, Sites: []string{"KLA"},
		Programmes: []string{access.All}, Sensitivity: journal.Sensitive, Purpose: "assessment"})
}

// place orders a service of the test pack and returns its id.
func (w *world) place(code, formName, station string, more ...func(*Request)) db.ID {
	w.t.Helper()
	r := Request{ID: db.NewID(), Subject: w.person, Case: w.cas, Pack: "us-immigrant", Why: []string{"US-S2"}, Code: code, Service: code, Station: station,
		Form: formName, Sensitivity: journal.Clinical, Site: "KLA", Programme: "immigrant"}
	for _, f := range more {
		f(&r)
	}
	if err := w.Order(w.as(access.Physician), r); err != nil {
		w.t.Fatal(err)
	}
	return r.ID
}

func sensitive(r *Request) {
	r.Sensitivity, r.Needs, r.Consent = journal.Sensitive, []Need{NeedCounselling, NeedConsent}, "hiv"
}

func given(pairs ...string) map[string][]string {
	out := map[string][]string{}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = append(out[pairs[i]], pairs[i+1])
	}
	return out
}

// record saves a result and fails the test when it is refused.
func (w *world) record(ctx context.Context, e Entry) Saved {
	w.t.Helper()
	if e.ID.IsZero() {
		e.ID = db.NewID()
	}
	s, err := w.Record(ctx, e)
	if err != nil {
		w.t.Fatalf("record: %v (%+v)", err, s.Check)
	}
	return s
}

func (w *world) facts(codes ...string) map[string]decision.Fact {
	w.t.Helper()
	var out map[string]decision.Fact
	w.read(func(tx *db.Tx) (err error) { out, err = w.Facts(tx, w.person, codes); return err })
	return out
}

func (w *world) order(id db.ID) Order {
	w.t.Helper()
	var o Order
	w.read(func(tx *db.Tx) (err error) { o, err = findOrder(tx, id); return err })
	return o
}

func (w *world) read(f func(tx *db.Tx) error) {
	w.t.Helper()
	if err := w.DB.Read(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

// refused fails unless err is of the code and has the key.
func refused(t *testing.T, what string, err error, code fault.Code, key string) {
	t.Helper()
	if !fault.Is(err, code) || fault.KeyOf(err) != key {
		t.Errorf("%s: %v, want %s [%s]", what, err, code, key)
	}
}

var errBroken = errors.New("no pack")
