package app

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"

	"golang.org/x/sync/errgroup"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/app/demo"
	"github.com/godwit-health/godwit/internal/area/assessment"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// DemoSite is the demo's centre.
func DemoSite() (place.Site, error) {
	var s place.Site
	return s, json.Unmarshal(demo.SiteJSON, &s)
}

// DemoClinic is the demo's second site: a clinic on the road from the border, to which
// people are referred and transferred.
func DemoClinic() place.Site {
	return place.Site{Code: "NKU-1", Kind: place.Clinic, Country: "KEN", Names: map[string]string{"en": "Demonstration Transit Clinic, Nakuru", "fr": "Clinique de transit de démonstration, Nakuru",
		"es": "Clínica de tránsito de demostración, Nakuru", "ar": "عيادة العبور التجريبية، ناكورو"}, Languages: []string{"en", "fr", "ar", "so", "sw"}, Stations: []string{"reception", "nurse", "physician", "vaccination"}}
}

// DemoAccounts are the demo's users, one a role, a second medical officer, and a nurse
// and a physician of the clinic.
func DemoAccounts() []access.DemoAccount {
	site, err := DemoSite()
	if err != nil {
		panic(err) // embedded, and read by a test
	}
	all := access.DemoAccounts([]string{site.Code}, []string{access.All})
	clinic := DemoClinic().Code
	for _, of := range []struct {
		role access.Role
		name string
	}{{access.Nurse, "Zawadi Mutiso"}, {access.Physician, "Dr Peter Kiplagat"}} {
		there := all[slices.IndexFunc(all, func(a access.DemoAccount) bool { return a.User.Login == string(of.role) })]
		there.User.Login, there.User.Name, there.User.Sites = string(of.role)+"_clinic", of.name, []string{clinic}
		all = append(all, there)
	}
	return all
}

func DemoPassword() string { return access.DemoPassword }

// As is the context of a demo account at work.
func (n *Node) As(ctx context.Context, login, purpose string) (context.Context, error) {
	users, err := n.Access.Users(access.Operator(ctx))
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		if u.Login == login {
			a := u.Actor()
			a.Purpose = purpose
			return access.With(ctx, a), nil
		}
	}
	return nil, fmt.Errorf("demo: no account %q", login)
}

// demoFamilies is how many families a demo has: about 1,200 people.
const demoFamilies = 300

// NoFamilies makes the staff and the rules of a demo and nobody else.
const NoFamilies = -1

// seeders is how many families are seeded at once: they share commits.
const seeders = 24

// Seed fills an empty demo with the world of a seed. Everything goes through the
// services, as the users would do it: the demo can show nothing that the program
// cannot do.
func (n *Node) Seed(ctx context.Context, seed uint64, families int) (*demo.World, error) {
	// A world is made once, in a few seconds, by a process with memory to spare.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	if err := n.seedUsers(ctx); err != nil {
		return nil, fmt.Errorf("demo users: %w", err)
	}
	if err := n.seedPacks(ctx); err != nil {
		return nil, fmt.Errorf("demo packs: %w", err)
	}
	w, err := demo.New(seed, calendar.DayOfTime(n.clock()), families)
	if err != nil {
		return nil, err
	}
	if err := n.SeedFamilies(ctx, w); err != nil || families == 0 {
		return w, err
	}
	if err := n.seedSignals(ctx); err != nil {
		return w, err
	}
	if err := n.seedCounts(ctx); err != nil {
		return w, err
	}
	if err := n.SeedBorder(ctx); err != nil {
		return w, err
	}
	if err := n.seedMobility(ctx); err != nil {
		return w, err
	}
	if err := n.seedOutbreaks(ctx); err != nil {
		return w, err
	}
	if err := n.seedAcross(ctx, calendar.DayOfTime(n.clock())); err != nil {
		return w, err
	}
	return w, n.seedAlerts(ctx)
}

// SeedFamilies brings every family of a world to its stage.
func (n *Node) SeedFamilies(ctx context.Context, w *demo.World) error {
	s, err := n.newSeeder(ctx, w)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(seeders)
	for i := range w.Families {
		f := &w.Families[i]
		g.Go(func() error {
			if err := s.family(ctx, f); err != nil {
				return fmt.Errorf("demo family %s (%s, %s): %w", f.Number, f.Destination, f.Stage, err)
			}
			return nil
		})
	}
	return g.Wait()
}

func (n *Node) seedUsers(ctx context.Context) error {
	ctx = access.Operator(ctx)
	site, err := DemoSite()
	if err != nil {
		return err
	}
	for _, s := range []place.Site{site, DemoClinic()} {
		if err := n.Sites.Save(ctx, s); err != nil {
			return err
		}
	}
	for _, a := range DemoAccounts() {
		if _, err := n.Access.AddUser(ctx, a.User, a.Password, false); err != nil {
			return fmt.Errorf("%s: %w", a.User.Login, err)
		}
	}
	return nil
}

// seedPacks lets the demo's two synthetic officers approve and activate what
// ships: in a real node that is two people's signature.
func (n *Node) seedPacks(ctx context.Context) error {
	var officers [2]access.Actor
	for i, login := range []string{"medical_officer", "medical_officer_2"} {
		c, err := n.As(ctx, login, "administration")
		if err != nil {
			return err
		}
		officers[i], _ = access.From(c)
	}
	// From a year back: the demo's cases were opened over the last months.
	from := calendar.DayOfTime(n.clock()).AddYears(-1, calendar.ClampToMonthEnd)
	return n.Packs.ActivateShipped(ctx, officers[0], officers[1], from)
}

// seeder plays the staff of the centre.
type seeder struct {
	n     *Node
	world *demo.World
	site  string
	staff map[string]access.Actor // by log-in
	cared string                  // the number of the family that is seen for care
}

func (n *Node) newSeeder(ctx context.Context, w *demo.World) (*seeder, error) {
	site, err := DemoSite()
	if err != nil {
		return nil, err
	}
	s := &seeder{n: n, world: w, site: site.Code, staff: map[string]access.Actor{}}
	if i := slices.IndexFunc(w.Families, func(f demo.Family) bool { return f.Stage == demo.Registered }); i >= 0 {
		s.cared = w.Families[i].Number
	}
	for _, a := range DemoAccounts() {
		c, err := n.As(ctx, a.User.Login, "assessment")
		if err != nil {
			return nil, err
		}
		s.staff[a.User.Login], _ = access.From(c)
	}
	return s, nil
}

func (s *seeder) as(ctx context.Context, login string) context.Context {
	return access.With(ctx, s.staff[login])
}

// family registers one family, opens its case and brings it to its stage.
func (s *seeder) family(ctx context.Context, f *demo.Family) error {
	reception := s.as(ctx, string(access.Reception))
	desk := reception
	if f.Came() {
		desk = s.as(ctx, string(access.Nurse)) // who may also write down allergies
	}
	family := db.NewID()
	regs := make([]people.Registration, len(f.Members))
	for i := range f.Members {
		regs[i] = s.registration(f, &f.Members[i], i == 0, family)
	}
	if err := s.n.People.RegisterBatch(desk, regs); err != nil {
		return fmt.Errorf("register: %w", err)
	}
	if f.Stage == demo.Registered {
		return s.careFor(ctx, f, regs)
	}
	if err := s.story(ctx, f, regs); err != nil {
		return fmt.Errorf("story: %w", err)
	}
	c := assessment.NewCase{ID: db.NewID(), Site: s.site, Case: assessment.Case{Number: f.Number, Destination: f.Destination,
		ExamDate: f.Exam.Date(), ExamCountry: "", Facts: caseFacts(f)}}
	for i, r := range regs {
		c.Members = append(c.Members, assessment.NewMember{ID: db.NewID(), Person: r.ID, Relation: string(roleOf(f.Members[i].Relation))})
	}
	if err := s.n.Assessment.Open(reception, c); err != nil {
		return fmt.Errorf("open: %w", err)
	}
	for i, m := range c.Members {
		if err := s.member(ctx, f, &f.Members[i], c, m); err != nil {
			return fmt.Errorf("member %d: %w", i, err)
		}
	}
	return nil
}

// caseFacts types the application's facts: true, 12, or a code.
func caseFacts(f *demo.Family) value.Facts {
	out := value.Facts{}
	for name, text := range f.CaseFacts {
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			out[name] = value.Number(n)
		} else if b, err := strconv.ParseBool(text); err == nil {
			out[name] = value.Of(b)
		} else if d, err := calendar.ParseDay(text); err == nil {
			out[name] = value.Day(int(d))
		} else {
			out[name] = value.Text(text)
		}
	}
	return out
}

func roleOf(relation string) people.Role {
	switch r := people.Role(relation); r {
	case people.RoleHead, people.RoleSpouse, people.RoleChild, people.RoleParent, people.RoleSibling:
		return r
	}
	return people.RoleRelative
}

func (s *seeder) registration(f *demo.Family, m *demo.Member, first bool, family db.ID) people.Registration {
	p := people.Person{Given: m.Given.Original, Family: m.Surname.Original, GivenLatin: m.Given.Latin, FamilyLatin: m.Surname.Latin,
		Birth: m.Birth, BirthSource: people.BirthSaid, Sex: people.Sex(m.Sex), Languages: m.Languages, Interpreter: value.TruthOf(m.Interpreter)}
	if m.Script == "Latn" {
		p.GivenLatin, p.FamilyLatin = "", ""
	} else if len(m.Languages) > 0 {
		p.NameLang = m.Languages[0]
	}
	for _, c := range m.Nationalities {
		if c == "XXA" { // what the paper says; the status is not determined by it
			p.NationalityState = people.NationalityStateless
			continue
		}
		p.Nationalities = append(p.Nationalities, c)
	}
	if m.Unaccompanied {
		p.Alone, p.FocalName, p.FocalReach = people.Unaccompanied, "Child protection desk (synthetic)", "Room 4"
	}
	if m.Passport != "" {
		p.BirthSource = people.BirthDocument
	}
	r := people.Registration{ID: db.NewID(), Site: s.site, Person: p, Family: family, NewFamily: first, FamilyNumber: f.Number,
		Role: roleOf(m.Relation), Journey: people.Journey{Complete: f.Stage != demo.Missing, CompleteOn: s.world.Today.Date()},
		Arrived: f.Exam == s.world.Today, Day: s.world.Today}
	if f.Stage == demo.Missing {
		r.Journey = people.Journey{}
	}
	if m.Passport != "" {
		r.Documents = []people.Document{{ID: db.NewID(), Type: people.Passport, Number: m.Passport, Issuer: m.Nationalities[0]}}
	}
	if f.Came() {
		r.Safety, r.Consents = safetyOf(m), s.consents(f, m, p)
	}
	for _, st := range m.Stays {
		r.Stays = append(r.Stays, people.Stay{ID: db.NewID(), Place: st.Country, From: st.From, To: st.To, Ongoing: st.Ongoing, Source: people.StaySaid})
	}
	return r
}

// safetyOf is what a member told about allergies.
func safetyOf(m *demo.Member) *people.Safety {
	if m.Declines {
		return &people.Safety{HasAllergy: value.Refused}
	}
	if m.Allergy == "" {
		return &people.Safety{HasAllergy: value.No}
	}
	return &people.Safety{HasAllergy: value.Yes, Allergies: []people.Allergy{{Substance: m.Allergy}}}
}

// consents is the talk before the assessment: an adult decides alone, a child with
// the parent who came along. For a child alone two officers decide, each with a
// log-in of their own, which the demo leaves open.
func (s *seeder) consents(f *demo.Family, m *demo.Member, p people.Person) []people.Consent {
	c := s.talk(f, m, p, people.ScopeAssessment)
	if c.GivenBy == people.ByOfficers {
		return nil
	}
	return []people.Consent{c}
}

// talk is what a member, or who decides for them, says to one scope.
func (s *seeder) talk(f *demo.Family, m *demo.Member, p people.Person, scope people.Scope) people.Consent {
	c := people.Consent{ID: db.NewID(), Scope: scope, Decision: people.Given, GivenBy: people.BySelf, Capacity: people.CapacityFull,
		On: min(f.Exam, s.world.Today).Date(), Interpreter: people.InterpreterNone, Mode: people.ModeSigned}
	if m.Interpreter {
		c.Interpreter, c.Language, c.Confidential = people.InterpreterProfessional, m.Languages[0], value.Yes
	}
	if p.Minor(adultAge, s.world.Today) {
		head := f.Members[0]
		c.GivenBy, c.Giver, c.Relation, c.Capacity = people.ByParent, head.Given.Latin+" "+head.Surname.Latin, "parent", people.CapacityMinor
		if m.Unaccompanied {
			c.GivenBy, c.Giver, c.Relation = people.ByOfficers, "", ""
		}
		c.Assent = people.AssentTooYoung
		if calendar.AtLeast(m.Birth, s.world.Today.Date(), assentAge, calendar.Years) == value.Yes {
			c.Assent = people.AssentYes
		}
	}
	return c
}

// Ages of the demo's own story: from which its site's law lets people decide
// alone, and from which its staff asked the children.
const (
	adultAge  = 18
	assentAge = 7
)
