package access

import (
	"slices"
	"strings"
	"testing"

	cedar "github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

var levelsAll = []journal.Sensitivity{journal.Identity, journal.Clinical, journal.Sensitive, journal.Sealed}

// anyActor draws an actor, sensible or not: no roles, many roles, unknown roles.
func anyActor(t *rapid.T) Actor {
	sites := rapid.SampledFrom([][]string{nil, {"KLA"}, {"KLA", "NBO"}, {All}, {"NBO", All}, {""}}).Draw(t, "sites")
	programmes := rapid.SampledFrom([][]string{nil, {"immigrant"}, {"immigrant", "refugee"}, {All}, {""}}).Draw(t, "programmes")
	a := Actor{
		User: db.ID{1}, Sites: sites, Programmes: programmes,
		Roles:       rapid.SliceOfN(rapid.SampledFrom(append(Roles(), "janitor")), 0, 3).Draw(t, "roles"),
		Sensitivity: rapid.SampledFrom(append(levelsAll, 0, 9)).Draw(t, "ceiling"),
		Purpose:     rapid.SampledFrom([]string{"assessment", "care", "oversight", "administration", "public_health", "emergency"}).Draw(t, "purpose"),
		Shift:       rapid.SampledFrom([]string{"", "morning"}).Draw(t, "shift"),
	}
	if rapid.Bool().Draw(t, "glass") {
		a.Glass = []db.ID{{7}, {8}}
	}
	if slices.Contains(sites, "KLA") && rapid.Bool().Draw(t, "opened") {
		a.Opened, a.OpenedAt = []db.ID{{6}, {8}}, openedNow // as the table of scope_test.go has it
	}
	return a
}

func anyResource(t *rapid.T) Resource {
	return Resource{
		Kind:        "x",
		Subject:     rapid.SampledFrom([]db.ID{{}, {6}, {7}, {8}}).Draw(t, "subject"),
		Site:        rapid.SampledFrom([]string{"", "KLA", "NBO", "LOS"}).Draw(t, "site"),
		Programme:   rapid.SampledFrom([]string{"", "immigrant", "refugee", "student"}).Draw(t, "programme"),
		Sensitivity: rapid.SampledFrom(append(levelsAll, 9)).Draw(t, "sensitivity"),
		Station:     rapid.SampledFrom([]string{"", Radiology, LabStation, Counselling, DoctorDesk, "nurse"}).Draw(t, "station"),
		Shift:       rapid.SampledFrom([]string{"", "morning", "night"}).Draw(t, "shift"),
	}
}

// The duties that no combination of roles, sites, glass or purposes may undo,
// written here a second time and not read from the policy file.
func TestWhatNobodyMayDoWhateverElseTheyMay(t *testing.T) {
	p := testPolicy(t)
	rapid.Check(t, func(t *rapid.T) {
		a, r := anyActor(t), anyResource(t)
		action := rapid.SampledFrom(Actions()).Draw(t, "action")
		yes, err := p.decide(a, action, r)
		if err != nil {
			t.Fatalf("the shipped policy cannot be evaluated: %v", err)
		}
		if !yes {
			return
		}
		glass := false
		for _, g := range a.Glass {
			glass = glass || g == r.Subject
		}
		opened := a.OpenedTo(r.Subject) && action.in(caring)
		has := func(list []string, code string) bool {
			for _, s := range list {
				if s == All || s == code && code != "" {
					return true
				}
			}
			return false
		}
		switch {
		case a.Is(Administrator) && action.Personal():
			t.Fatal("an administrator reached somebody's data")
		case a.Is(PrivacyOfficer) && (action.Clinical() || action.Personal() && r.Sensitivity != journal.Identity):
			t.Fatal("a privacy officer reached clinical content")
		case a.Is(Screener) && action == PersonSearch:
			t.Fatal("a screener searched for people")
		case action.Personal() && (r.Sensitivity < journal.Identity || r.Sensitivity >= journal.Sealed):
			t.Fatal("sealed or unset content opened by a role")
		case action.Personal() && !has(a.Sites, r.Site) && !(glass && action.in(looking)) && !opened:
			t.Fatal("a record of another site opened")
		case action.Personal() && r.Programme != "" && !has(a.Programmes, r.Programme) && !(glass && action.in(looking)) && !opened:
			t.Fatal("a record of another programme opened")
		case action.Personal() && r.Sensitivity > a.Sensitivity && !(glass && action.in(looking)):
			t.Fatal("content above the user's ceiling opened")
		case action.Clinical() && (a.Purpose == "oversight" || a.Purpose == "administration"):
			t.Fatal("clinical content opened for a purpose that is none")
		case action == ScreeningRead && (a.Shift == "" || a.Shift != r.Shift):
			t.Fatal("a screening of another shift opened")
		}
	})
}

// Reception, radiographer and laboratory on their own, by what they must not see.
func TestStationsSeeTheirOwn(t *testing.T) {
	p := testPolicy(t)
	for _, c := range []struct {
		why    string
		role   Role
		action Action
		r      Resource
		want   bool
	}{
		{"reception registers", Reception, PersonRegister, Resource{Sensitivity: journal.Identity}, true},
		{"reception sees no legal status", Reception, ProtectionRead, Resource{Sensitivity: journal.Identity}, false},
		{"reception sees no clinical result", Reception, ResultRead, Resource{Sensitivity: journal.Clinical}, false},
		{"reception sees no clinical observation", Reception, ClinicalRead, Resource{Sensitivity: journal.Clinical}, false},
		{"a person document that holds clinical content is not reception's", Reception, PersonRead, Resource{Sensitivity: journal.Clinical}, false},
		{"the radiographer reads an X-ray order", Radiographer, OrderRead, Resource{Sensitivity: journal.Clinical, Station: Radiology}, true},
		{"and no laboratory order", Radiographer, OrderRead, Resource{Sensitivity: journal.Clinical, Station: LabStation}, false},
		{"and no order without a station", Radiographer, OrderRead, Resource{Sensitivity: journal.Clinical}, false},
		{"the radiographer asks about pregnancy before the image", Radiographer, SafetyRecord, Resource{Sensitivity: journal.Clinical}, true},
		{"the laboratory runs an HIV test", Laboratory, ResultRecord, Resource{Sensitivity: journal.Sensitive, Station: LabStation}, true},
		{"and reads no X-ray", Laboratory, ResultRead, Resource{Sensitivity: journal.Clinical, Station: Radiology}, false},
		{"and no counselling note", Laboratory, CounsellingRead, Resource{Sensitivity: journal.Sensitive}, false},
		{"the counsellor reads HIV counselling", Counsellor, CounsellingRead, Resource{Sensitivity: journal.Sensitive}, true},
		{"and the HIV result", Counsellor, ResultRead, Resource{Sensitivity: journal.Sensitive, Station: LabStation}, true},
		{"and no X-ray result", Counsellor, ResultRead, Resource{Sensitivity: journal.Clinical, Station: Radiology}, false},
		{"the nurse reads no HIV result", Nurse, ResultRead, Resource{Sensitivity: journal.Sensitive}, false},
		{"the physician does", Physician, ResultRead, Resource{Sensitivity: journal.Sensitive}, true},
		{"only officers clear", Nurse, CaseSign, Resource{Sensitivity: journal.Clinical}, false},
		{"the epidemiologist sees counts", Epidemiologist, StatisticsRead, Resource{}, true},
		{"and nobody", Epidemiologist, PersonRead, Resource{Sensitivity: journal.Identity}, false},
		{"export is a right beside reading: a nurse reads a result", Nurse, ResultRead, Resource{Sensitivity: journal.Clinical}, true},
		{"and does not send it", Nurse, ExportResults, Resource{Sensitivity: journal.Clinical}, false},
	} {
		c.r.Site, c.r.Programme = "KLA", "immigrant"
		if got, err := p.decide(typical(c.role), c.action, c.r); got != c.want || err != nil {
			t.Errorf("%s: %v, %v", c.why, got, err)
		}
	}
}

// Cedar skips a policy that errs. A forbid that errs would forbid nothing.
func TestAPolicyThatCannotBeEvaluatedRefuses(t *testing.T) {
	purposes, _ := parsePurposes(purposesCSV)
	p, err := compile([]byte(`
		@id("all") permit (principal, action, resource);
		@id("broken") forbid (principal, action, resource) when { resource.no_such_thing == "care" };`), purposes)
	if err != nil {
		t.Fatal(err)
	}
	yes, err := p.decide(typical(Physician), PersonRead, Resource{Site: "KLA", Sensitivity: journal.Identity})
	if yes || err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("got %v, %v; want a refusal that names the policy", yes, err)
	}
	if s, err := p.scope(&scopeCache{}, typical(Physician), PersonRead); err == nil {
		t.Errorf("a list was allowed: %+v", s.terms)
	}
}

func TestAPolicyFileWithAMistakeIsRefused(t *testing.T) {
	purposes, _ := parsePurposes(purposesCSV)
	for why, text := range map[string]string{
		"no id":                  `permit (principal, action, resource);`,
		"an id twice":            `@id("a") permit (principal, action, resource); @id("a") permit (principal, action, resource);`,
		"a role that is none":    `@id("a") forbid (principal in Role::"adminstrator", action, resource);`,
		"an action that is none": `@id("a") forbid (principal, action == Action::"person.serach", resource);`,
		"a group that is none":   `@id("a") forbid (principal, action in Action::"persona", resource);`,
		"a role in a condition":  `@id("a") permit (principal, action, resource) when { principal in Role::"nurs" };`,
		"one site":               `@id("a") permit (principal, action, resource) when { resource.site == "KLA" };`,
		"a station of no list":   `@id("a") permit (principal, action, resource) when { resource.station == "xray" };`,
		"a purpose of no list":   `@id("a") permit (principal, action, resource) when { ["care", "curiosity"].contains(context.purpose) };`,
		"one user":               `@id("a") permit (principal == User::"eve", action, resource);`,
		"one document":           `@id("a") permit (principal, action, resource == Resource::"x");`,
		"not Cedar":              `allow everybody;`,
	} {
		if _, err := compile([]byte(text), purposes); err == nil {
			t.Errorf("%s: accepted", why)
		}
	}
}

func TestCheckRefusesWhatItDoesNotKnow(t *testing.T) {
	a := &Access{policy: testPolicy(t)}
	r := Resource{Site: "KLA", Sensitivity: journal.Identity}
	who := typical(Physician)
	unknownPurpose, noRoles, nobody := who, who, who
	unknownPurpose.Purpose, noRoles.Roles, nobody.User = "curiosity", nil, db.ID{}
	if err := a.Check(t.Context(), PersonRead, r); !fault.Is(err, fault.Forbidden) {
		t.Errorf("without an actor: %v", err)
	}
	if err := a.Check(With(t.Context(), who), PersonRead, r); err != nil {
		t.Errorf("a physician may not read a person: %v", err)
	}
	for why, x := range map[string]Actor{"an unknown purpose": unknownPurpose, "no roles": noRoles, "no user": nobody} {
		if err := a.Check(With(t.Context(), x), PersonRead, r); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", why, err)
		}
	}
	if err := a.Check(With(t.Context(), who), "person.delete", r); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an action outside the list: %v", err)
	}
	if err := a.Check(With(t.Context(), who), PersonRead, Resource{Site: "KLA"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a document without a sensitivity: %v", err)
	}
}

func TestEveryActionIsSomebodysAndEveryRoleHasOne(t *testing.T) {
	p := testPolicy(t)
	matrix := renderMatrix(p)
	for _, a := range Actions() {
		if !strings.Contains(matrix, string(a)) {
			t.Errorf("%s is not in the matrix", a)
		}
		some := false
		for _, r := range Roles() {
			some = some || cell(p, r, a) != "-"
		}
		if !some {
			t.Errorf("nobody may %s: take it out of the list or give it to a role", a)
		}
	}
	for _, r := range Roles() {
		if ordinary[r] == "" || !p.purposes[ordinary[r]] {
			t.Errorf("role %s has no ordinary purpose of the list", r)
		}
	}
}

func BenchmarkDecision(b *testing.B) {
	p := testPolicy(b)
	a := &Access{policy: p}
	ctx := With(b.Context(), typical(Physician))
	r := Resource{Site: "KLA", Programme: "immigrant", Sensitivity: journal.Clinical}
	b.ReportAllocs()
	for b.Loop() {
		if a.Check(ctx, ResultRead, r) != nil {
			b.Fatal("refused")
		}
	}
}

// The index of rules by action and role must not change a decision: the same
// policies, evaluated whole by Cedar, say the same.
func TestTheIndexOfRulesChangesNoDecision(t *testing.T) {
	p := testPolicy(t)
	whole, err := cedar.NewPolicySetFromBytes("policy.cedar", policyText)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, r := anyActor(t), anyResource(t)
		action := rapid.SampledFrom(Actions()).Draw(t, "action")
		fast, err := p.decide(a, action, r)
		if err != nil {
			t.Fatal(err)
		}
		glass := !r.Subject.IsZero() && slices.Contains(a.Glass, r.Subject)
		resource, context := p.recordsOf(seen{r.Site, r.Programme, r.Station, r.Shift, level(r.Sensitivity)}, circumstance{a.Purpose, glass, a.OpenedTo(r.Subject)})
		slow, diag := cedar.Authorize(whole, &entities{user: p.principal(a), resource: resource, actions: p.actions},
			cedar.Request{Principal: theUser, Action: types.NewEntityUID(typeAction, types.String(action)), Resource: theResource, Context: context})
		if len(diag.Errors) > 0 {
			t.Fatal(diag.Errors)
		}
		if want := bool(slow) && len(a.Roles) > 0; fast != want {
			t.Fatalf("%s by %v on %+v: %v, Cedar on the whole file says %v", action, a.Roles, r, fast, want)
		}
	})
}
