package access

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

var testRoutes = []Route{
	{Name: "test.copy", Means: Print, Purpose: "person_request", Recipients: []Recipient{Applicant}, Action: ExportCopy,
		Sensitivity: journal.Sensitive, Patterns: []string{"GET /people/{id}/print/copy"}},
	{Name: "test.certificate", Means: Print, Purpose: "assessment", Recipients: []Recipient{Applicant, DestinationAuthority}, Action: ExportCertificate,
		Sensitivity: journal.Clinical, Patterns: []string{"GET /cases/{id}/print/certificate"}},
	{Name: "test.share", Means: Export, Purpose: "sharing", Recipients: []Recipient{CareProvider}, Action: ExportResults,
		Sensitivity: journal.Clinical, Consent: true, Patterns: []string{"POST /people/{id}/export/summary"}},
	{Name: "test.recall", Means: Message, Purpose: "care", Recipients: []Recipient{Applicant}, Action: ExportSlip, Recall: true},
	{Name: "test.counts", Means: Export, Purpose: "statistics", Recipients: []Recipient{Statistics}, Action: ExportStatistics,
		Patterns: []string{"GET /reports/export/counts"}},
}

func routeNamed(name string) Route {
	for _, r := range testRoutes {
		if r.Name == name {
			return r
		}
	}
	return Route{Name: name}
}

// letOut makes a world in which one person's standing is known.
func letOut(t *testing.T, w *world, s Standing) {
	t.Helper()
	if err := w.Register(testRoutes...); err != nil {
		t.Fatal(err)
	}
	w.StandingOf(func(_ *db.Tx, id db.ID) (Standing, error) {
		if id.IsZero() {
			return Standing{}, fault.New(fault.NotFound, "test", "")
		}
		return s, nil
	})
}

func TestWhatLeavesNeedsARouteARightAndARecipient(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		physician, nurse := w.add(t, "samira", Physician), w.add(t, "amal", Nurse)
		epi := w.add(t, "elena", Epidemiologist)
		person := db.NewID()
		if err := w.Release(as(t.Context(), physician), routeNamed("test.copy"), Applicant, person); fault.KeyOf(err) != "door.release.unregistered" {
			t.Errorf("before it was registered: %v", err)
		}
		if err := w.Register(testRoutes...); err != nil {
			t.Fatal(err)
		}
		if err := w.Release(as(t.Context(), physician), routeNamed("test.copy"), Applicant, person); fault.KeyOf(err) != "door.release.standing" {
			t.Errorf("before anything is known of the person: %v", err)
		}
		w.StandingOf(func(*db.Tx, db.ID) (Standing, error) { return settled("KLA"), nil })
		for _, c := range []struct {
			why, route, key string
			who             User
			to              Recipient
			subject         db.ID
		}{
			{"the person's copy", "test.copy", "", physician, Applicant, person},
			{"a nurse may not print it", "test.copy", "door.forbidden", nurse, Applicant, person},
			{"to another recipient than the route's", "test.copy", "door.release.recipient", physician, CareProvider, person},
			{"to nobody of the list", "test.copy", "door.release.recipient", physician, "police", person},
			{"an authority without its country", "test.certificate", "door.release.recipient", physician, DestinationAuthority, person},
			{"the destination", "test.certificate", "", physician, DestinationAuthority.Of("USA"), person},
			{"a person's record without the person", "test.copy", "door.release.subject", physician, Applicant, db.ID{}},
			{"counts", "test.counts", "", epi, Statistics, db.ID{}},
			{"counts by somebody else", "test.counts", "door.forbidden", nurse, Statistics, db.ID{}},
			{"sharing without consent", "test.share", "door.release.consent", physician, CareProvider, person},
		} {
			err := w.Release(as(t.Context(), c.who), routeNamed(c.route), c.to, c.subject)
			if fault.KeyOf(err) != c.key {
				t.Errorf("%s: %v, want %q", c.why, err, c.key)
			}
		}
		if err := w.Release(t.Context(), routeNamed("test.copy"), Applicant, person); !fault.Is(err, fault.Forbidden) {
			t.Errorf("without an actor: %v", err)
		}
		// What left is in the audit, what was refused is not.
		var lines []Read
		err := w.db.Read(t.Context(), func(tx *db.Tx) (err error) { lines, err = readLines(tx, ReadFilter{Act: ActReleased}); return err })
		if err != nil || len(lines) != 3 {
			t.Fatalf("%d lines, %v: %+v", len(lines), err, lines)
		}
		i := slices.IndexFunc(lines, func(l Read) bool { return l.What == "test.copy" })
		if i < 0 {
			t.Fatalf("%+v", lines)
		}
		if l := lines[i]; l.Subject != person || l.User != physician.ID || l.Recipient != "applicant" || l.Purpose != "person_request" {
			t.Errorf("%+v", l)
		}
	})
}

func TestReleaseOfSeveralIsAllOrNone(t *testing.T) {
	w := newWorld(t, db.Options{})
	physician := w.add(t, "samira", Physician)
	good, bad := db.NewID(), db.NewID()
	if err := w.Register(testRoutes...); err != nil {
		t.Fatal(err)
	}
	w.StandingOf(func(_ *db.Tx, id db.ID) (Standing, error) {
		s := settled("KLA")
		if id == bad {
			s.Site = "LOS"
		}
		return s, nil
	})
	if err := w.ReleaseAll(as(t.Context(), physician), routeNamed("test.copy"), Applicant, []db.ID{good, bad}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("%v", err)
	}
	var lines []Read
	if err := w.db.Read(t.Context(), func(tx *db.Tx) (err error) { lines, err = readLines(tx, ReadFilter{Act: ActReleased}); return err }); err != nil || len(lines) != 0 {
		t.Errorf("half of it is in the audit: %+v %v", lines, err)
	}
}

// The duty of design section 9, in words and cases.
func TestNothingReachesAnAuthorityThatAPersonFled(t *testing.T) {
	certificate := routeNamed("test.certificate")
	certificate.Recipients = append(certificate.Recipients, HealthAuthority)
	for _, c := range []struct {
		why string
		to  Recipient
		s   Standing
		key string
	}{
		{"a refugee from Eritrea, to Canada", DestinationAuthority.Of("CAN"), Standing{Protected: value.Yes, Nationalities: []string{"ERI"}, Told: true}, ""},
		{"the same, to Eritrea", HealthAuthority.Of("ERI"), Standing{Protected: value.Yes, Nationalities: []string{"ERI"}, Told: true}, "feared"},
		{"a refugee who fears a second state", HealthAuthority.Of("SDN"), Standing{Protected: value.Yes, Nationalities: []string{"ERI"}, Feared: []string{"SDN"}, Told: true}, "feared"},
		{"one of two nationalities", HealthAuthority.Of("SYR"), Standing{Protected: value.Yes, Nationalities: []string{"LBN", "SYR"}, Told: true}, "feared"},
		{"status never asked", HealthAuthority.Of("ERI"), Standing{Nationalities: []string{"ERI"}, Told: true}, "feared"},
		{"status refused", HealthAuthority.Of("ERI"), Standing{Protected: value.Refused, Nationalities: []string{"ERI"}, Told: true}, "feared"},
		{"a settled national", HealthAuthority.Of("KEN"), Standing{Protected: value.No, Nationalities: []string{"KEN"}, Told: true}, ""},
		{"stateless, fled Myanmar, to Bangladesh", HealthAuthority.Of("BGD"), Standing{Protected: value.Yes, Feared: []string{"MMR"}, Told: true}, ""},
		{"stateless, to Myanmar", HealthAuthority.Of("MMR"), Standing{Protected: value.Yes, Feared: []string{"MMR"}, Told: true}, "feared"},
		{"nationality not recorded", HealthAuthority.Of("KEN"), Standing{Protected: value.Yes}, "nationality"},
		{"a consent that names the authority", HealthAuthority.Of("ERI"), Standing{Protected: value.Yes, Nationalities: []string{"ERI"}, Told: true,
			Consents: []Consent{{"assessment", HealthAuthority.Of("ERI"), true}}}, ""},
		{"a consent that names no country", HealthAuthority.Of("ERI"), Standing{Protected: value.Yes, Nationalities: []string{"ERI"}, Told: true,
			Consents: []Consent{{"assessment", HealthAuthority, true}}}, "feared"},
		{"a consent for another purpose", HealthAuthority.Of("ERI"), Standing{Protected: value.Yes, Nationalities: []string{"ERI"}, Told: true,
			Consents: []Consent{{"care", HealthAuthority.Of("ERI"), true}}}, "feared"},
		{"a consent for another country", HealthAuthority.Of("ERI"), Standing{Protected: value.Yes, Nationalities: []string{"ERI"}, Told: true,
			Consents: []Consent{{"assessment", HealthAuthority.Of("ETH"), true}}}, "feared"},
		{"a consent that was withdrawn", HealthAuthority.Of("ERI"), Standing{Protected: value.Yes, Nationalities: []string{"ERI"}, Told: true,
			Consents: []Consent{{"assessment", HealthAuthority.Of("ERI"), false}, {"assessment", HealthAuthority.Of("ERI"), true}}}, "feared"},
		{"to the person, whoever they are", Applicant, Standing{Protected: value.Yes}, ""},
	} {
		err := mayLeave(certificate, c.to, c.s)
		want := ""
		if c.key != "" {
			want = "door.release." + c.key
		}
		if fault.KeyOf(err) != want {
			t.Errorf("%s: %v, want %q", c.why, err, want)
		}
	}
	recall := routeNamed("test.recall")
	if err := mayLeave(recall, Applicant, Standing{Deceased: true}); fault.KeyOf(err) != "door.release.deceased" {
		t.Errorf("a recall of the dead: %v", err)
	}
	if err := mayLeave(certificate, Applicant, Standing{Deceased: true}); err != nil {
		t.Errorf("papers of the dead for their family: %v", err)
	}
}

// Whatever else is known of a person, an unknown status protects like a known one.
func TestAnUnknownStatusProtects(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		country := rapid.SampledFrom([]string{"ERI", "SDN", "USA"})
		s := Standing{
			Nationalities: rapid.SliceOfN(country, 0, 2).Draw(t, "nationalities"),
			Feared:        rapid.SliceOfN(country, 0, 2).Draw(t, "feared"),
			Told:          rapid.Bool().Draw(t, "told"),
		}
		if rapid.Bool().Draw(t, "consent") {
			s.Consents = []Consent{{"assessment", DestinationAuthority.Of(country.Draw(t, "named")), rapid.Bool().Draw(t, "given")}}
		}
		to := DestinationAuthority.Of(country.Draw(t, "to"))
		answers := map[value.Truth]bool{}
		for _, p := range []value.Truth{value.Unknown, value.Refused, value.Yes, value.No} {
			s.Protected = p
			answers[p] = mayLeave(routeNamed("test.certificate"), to, s) == nil
		}
		if answers[value.Unknown] != answers[value.Yes] || answers[value.Refused] != answers[value.Yes] {
			t.Fatalf("%+v: %v", s, answers)
		}
		if answers[value.Yes] && !answers[value.No] {
			t.Fatalf("protection let out what its absence did not: %+v", s)
		}
	})
}

func TestRoutesAreCheckedAndListed(t *testing.T) {
	w := newWorld(t, db.Options{})
	good := testRoutes[0]
	for why, change := range map[string]func(*Route){
		"no name":             func(r *Route) { r.Name = "" },
		"no means":            func(r *Route) { r.Means = "fax" },
		"an unknown purpose":  func(r *Route) { r.Purpose = "marketing" },
		"reading is no right": func(r *Route) { r.Action = ClinicalRead },
		"no recipient":        func(r *Route) { r.Recipients = nil },
		"a wrong recipient":   func(r *Route) { r.Recipients = []Recipient{"immigration_enforcement"} },
		"served nowhere":      func(r *Route) { r.Patterns = nil },
	} {
		r := good
		change(&r)
		if err := w.Register(r); err == nil {
			t.Errorf("%s: registered", why)
		}
	}
	if err := w.Register(good); err != nil {
		t.Fatal(err)
	}
	if err := w.Register(good); err == nil {
		t.Error("registered twice")
	}
	got := Unregistered([]string{"GET /people/{id}/print/copy", "GET /people/{id}", "GET /people/{id}/print/slip", "POST /x/export", "GET /printer"}, w.Routes())
	if strings.Join(got, ",") != "GET /people/{id}/print/slip,POST /x/export" {
		t.Errorf("%v", got)
	}
	for r, want := range map[Recipient]bool{Applicant: true, DestinationAuthority.Of("USA"): true, DestinationAuthority: false, HealthAuthority: false,
		Applicant.Of("USA"): false, "": false, "police": false, "health_authority/": false, CareProvider: true} {
		if r.Valid() != want {
			t.Errorf("%q: valid %v", r, !want)
		}
	}
}

// A page that forgets to call Release does not get out.
func TestTheGuardStopsAPrintWithoutARelease(t *testing.T) {
	w := newWorld(t, db.Options{})
	letOut(t, w, settled("KLA"))
	w.add(t, "samira", Physician)
	h := newHouse(t, w)
	h.signIn("samira")
	id := db.NewID().String()
	if a := h.get(t, "/people/"+id+"/print/leak"); a.status != 500 || strings.Contains(a.body, "result") {
		t.Errorf("a print without a release: %d %s", a.status, a.body)
	}
	if a := h.get(t, "/people/"+id+"/print/copy"); a.status != 200 || a.body != "your copy" {
		t.Errorf("a print with one: %d %s", a.status, a.body)
	}
	w.add(t, "amal", Nurse)
	h.signIn("amal")
	if a := h.get(t, "/people/"+id+"/print/copy"); a.status != 403 || strings.TrimSpace(a.body) != "door.forbidden" {
		t.Errorf("a refused print: %d %s", a.status, a.body)
	}
	if c := w.Counts(); c["ways_out_without_pass"] != 1 || c["releases"] != 1 || c["releases_refused"] != 1 {
		t.Errorf("%v", c)
	}
}

func TestTheGuardLetsRedirectsThrough(t *testing.T) {
	w := newWorld(t, db.Options{})
	rec := httptest.NewRecorder()
	status := w.guard(rec, httptest.NewRequest("POST", "/x/export", nil), http.RedirectHandler("/y", http.StatusSeeOther))
	if status != 303 || rec.Code != 303 {
		t.Errorf("%d %d", status, rec.Code)
	}
}

// A clinician who may not see a person is offered the glass; nobody else is, and
// nothing of the refused page is sent.
func TestARefusedPersonOffersTheGlass(t *testing.T) {
	w := newWorld(t, db.Options{})
	w.options.Refused = func(rw http.ResponseWriter, _ *http.Request, subject db.ID) {
		rw.WriteHeader(http.StatusForbidden)
		_, _ = rw.Write([]byte("break the glass of " + subject.String()))
	}
	w.restart(t)
	id := db.NewID()
	ask := func(role Role, method, path string, header ...string) string {
		r := httptest.NewRequest(method, path, nil)
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		rec := httptest.NewRecorder()
		w.guard(rec, r.WithContext(With(t.Context(), typical(role))), http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			http.Error(rw, "refused", http.StatusForbidden)
		}))
		if rec.Code != http.StatusForbidden {
			t.Errorf("%s %s: %d", method, path, rec.Code)
		}
		return strings.TrimSpace(rec.Body.String())
	}
	person := "/people/" + id.String()
	if got := ask(Nurse, "GET", person); got != "break the glass of "+id.String() {
		t.Errorf("a nurse: %q", got)
	}
	for why, got := range map[string]string{
		"reception":          ask(Reception, "GET", person),
		"a form":             ask(Nurse, "POST", person),
		"a fragment":         ask(Nurse, "GET", person, "HX-Request", "true"),
		"no person's page":   ask(Nurse, "GET", "/audit"),
		"not an id":          ask(Nurse, "GET", "/people/new"),
		"another kind of id": ask(Nurse, "GET", "/orders/"+id.String()),
	} {
		if got != "refused" {
			t.Errorf("%s: %q", why, got)
		}
	}
}
