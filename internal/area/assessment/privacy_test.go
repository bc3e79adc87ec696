package assessment

import (
	"context"
	"fmt"
	"html"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// secret is a text of a pack that tells something sensitive: the sentence of a row
// that rests on a sensitive fact, the name of a sensitive service, the question of
// a sensitive fact.
type secret struct{ what, row, text string }

// secrets lists them in a language. What the pack also says where it is not
// sensitive tells nothing.
func secrets(p *pack.Pack, lang string) []secret {
	var all []secret
	var public []string
	put := func(sensitive bool, what, row, key string) {
		text, ok := p.Word(lang, key)
		switch {
		case !ok:
		case sensitive:
			all = append(all, secret{what, row, text})
		default:
			public = append(public, text)
		}
	}
	for _, t := range p.Tables {
		for _, r := range t.Rows {
			put(restsOnSensitive(p, decision.RowRef{Table: t.Name, ID: r.ID}), "the reason "+r.ID, r.ID, "row."+r.ID)
		}
	}
	for _, s := range p.Services {
		put(isSensitive(s.Sensitivity), "the service "+s.Code, "", "service."+s.Code)
	}
	for _, f := range p.Facts {
		put(isSensitive(f.Sensitivity), "the question of "+f.Name, "", f.QuestionKey())
	}
	for key := range p.Words["en"] {
		switch prefix, code, _ := strings.Cut(key, "."); prefix {
		case "hold", "classify":
			put(onlySensitive(p, prefix, code), "the outcome "+key, "", key)
		case "value", "why", "pack":
			put(false, "", "", key)
		}
	}
	return slices.DeleteFunc(all, func(s secret) bool {
		return slices.ContainsFunc(public, func(text string) bool { return strings.Contains(text, s.text) })
	})
}

// onlySensitive reports whether an outcome comes of sensitive rows alone: its word
// tells what they do ("Class A: syphilis").
func onlySensitive(p *pack.Pack, kind, code string) bool {
	n := 0
	for _, t := range p.Tables {
		at, of := slices.Index(t.Outputs, "outcome"), slices.Index(t.Outputs, "code")
		for _, r := range t.Rows {
			if at < 0 || of < 0 || r.Out[at] != kind || !slices.Contains(strings.Fields(r.Out[of]), code) {
				continue
			}
			if n++; !restsOnSensitive(p, decision.RowRef{Table: t.Name, ID: r.ID}) {
				return false
			}
		}
	}
	return n > 0
}

// told lists which secrets a page tells.
func told(body string, all []secret) []secret {
	text := html.UnescapeString(body)
	var out []secret
	for _, s := range all {
		if strings.Contains(text, s.text) {
			out = append(out, s)
		}
	}
	return out
}

// observe gives a person every observation of a pack at random, sensitive ones
// included, and some not known.
func (w *world) observe(p *pack.Pack, person db.ID, rng *rand.Rand) {
	w.t.Helper()
	a, _ := access.From(w.as(access.Physician))
	must(w.t, w.DB.Write(w.t.Context(), func(tx *db.Tx) error {
		for _, f := range p.Facts {
			code, ok := strings.CutPrefix(f.From, "obs:")
			if !ok || rng.IntN(5) == 0 {
				continue
			}
			if err := w.Orders.Answer(tx, a.Author(), NewAnswer{Subject: person, Code: code, Value: someValue(f, rng), On: w.today(),
				Sensitivity: max(levelOf(f.Sensitivity), journal.Clinical), Site: "KLA", Programme: p.Programme}); err != nil {
				return err
			}
		}
		return nil
	}))
	must(w.t, w.Refresh(w.as(access.Physician), person))
}

// household2 is a case of two for a pack, with everything about them made up.
func (w *world) household2(p *pack.Pack, rng *rand.Rand) (db.ID, []db.ID) {
	w.t.Helper()
	facts := value.Facts{}
	for _, f := range p.Facts {
		if isApplication(f) && rng.IntN(6) > 0 {
			facts[strings.TrimPrefix(f.From, "case.")] = someValue(f, rng)
		}
	}
	persons := []db.ID{w.register("Amina", 15+rng.IntN(35), people.Female), w.register("Musa", rng.IntN(18), people.Male)}
	id, ms := w.open(p.ID, facts, persons...)
	for _, person := range persons {
		w.observe(p, person, rng)
	}
	// One thing set aside, so that the history names a service too.
	for _, it := range w.look(ms[0]).Plan.Items {
		if slices.Contains(waivable, it.State) && !it.Offered {
			must(w.t, w.Waive(w.as(access.Physician), db.NewID(), ms[0], w.look(ms[0]).Last.ID, it.Code, enough))
			break
		}
	}
	return id, ms
}

// viewer is one who looks at pages.
type viewer struct {
	name  string
	ctx   context.Context
	knows bool // may know what is sensitive
}

func (w *world) viewers() []viewer {
	var out []viewer
	for _, r := range access.Roles() {
		out = append(out, viewer{string(r), w.as(r), ceiling(r) == journal.Sensitive && (r == access.Physician || r == access.Counsellor || r == access.MedicalOfficer)})
	}
	return append(out, viewer{"a physician without sensitive access", w.user("clinical only", access.Physician, journal.Clinical), false},
		viewer{"a counsellor without sensitive access", w.user("counsellor only", access.Counsellor, journal.Clinical), false})
}

// familyPages stand where the whole family looks; memberPages are about one.
func familyPages(id db.ID) []string {
	return []string{"/cases", "/cases?state=questions", "/cases/" + id.String(), "/cases/" + id.String() + "/edit", "/cases/" + id.String() + "/people", "/alerts"}
}

func memberPages(id, member db.ID) []string {
	m := "/cases/" + id.String() + "/members/" + member.String()
	return []string{m, m + "/answer", m + "/application", m + "/waive", m + "/override", m + "/print/why", m + "/print/why?lang=ar"}
}

// leaks visits every page of a case as everybody, and lists what is told to whoever
// may not know it. told counts what those who may know it see.
func (w *world) leaks(original *pack.Pack, id db.ID, ms []db.ID, lang string) (found []string, toldToKnowing int) {
	w.t.Helper()
	all := secrets(original, lang)
	arabic := secrets(original, "ar")
	for _, who := range w.viewers() {
		ctx := page.WithLocale(who.ctx, lang)
		check := func(path string, allowed func(secret) bool) {
			list := all
			if strings.Contains(path, "lang=ar") {
				list = arabic
			}
			for _, s := range told(w.get(ctx, path).Body, list) {
				if allowed(s) {
					toldToKnowing++
				} else {
					found = append(found, fmt.Sprintf("%s sees %s on %s: %s", who.name, s.what, path, s.text))
				}
			}
		}
		for _, path := range familyPages(id) {
			check(path, func(secret) bool { return false }) // nobody: the family looks
		}
		for _, m := range ms {
			mine := w.rowsOf(m)
			for _, path := range memberPages(id, m) {
				check(path, func(s secret) bool {
					return who.knows && slices.ContainsFunc(all2(all, arabic), func(o secret) bool { return o.text == s.text && (o.row == "" || mine[o.row]) })
				})
			}
		}
	}
	// The certificate, as if everything were done and signed.
	for _, m := range ms {
		v := w.look(m)
		v.Clearance = &Clearance{ID: db.NewID(), Member: m, State: ClearanceIssued, ValidUntil: w.day(90).String(), At: w.clock}
		for i := range v.Plan.Items {
			v.Plan.Items[i].State = ItemDone
		}
		b, err := w.banner(v.Member.Person)
		must(w.t, err)
		for _, s := range told(w.render(w.t, "assessment/certificate", certificate(v, b)), secrets(original, "en")) {
			found = append(found, "the certificate tells "+s.what+": "+s.text)
		}
	}
	return found, toldToKnowing
}

func all2(a, b []secret) []secret { return append(slices.Clone(a), b...) }

// rowsOf are the rows that a member's own page may name.
func (w *world) rowsOf(member db.ID) map[string]bool {
	out := map[string]bool{}
	d := w.look(member).Decision
	for _, o := range append(slices.Clone(d.Outcomes), d.Overruled...) {
		for _, r := range append(slices.Clone(o.Rows), o.BarredBy...) {
			out[r.ID] = true
		}
	}
	return out
}

// Packs × roles × pages × prints: nothing sensitive reaches a role that may not
// know it, nothing of one member another's page, and nothing at all the pages where
// the family looks.
func TestNoPageTellsWhatItsReaderMayNotKnow(t *testing.T) {
	for _, id := range destinations() {
		t.Run(id, func(t *testing.T) {
			w := newWorld(t, "")
			w.shelf.whole()
			p := wholes()[id]
			rng := rand.New(rand.NewPCG(7, 7))
			seen := 0
			for n := range 3 {
				lang := []string{"en", "ar", "fr"}[n]
				caseID, ms := w.household2(p, rng)
				found, toldToKnowing := w.leaks(p, caseID, ms, lang)
				seen += toldToKnowing
				for _, f := range found {
					t.Error(f)
				}
			}
			if seen == 0 {
				t.Error("who may know saw nothing sensitive either: the test looks at nothing")
			}
		})
	}
}

// The test above would see it: with packs whose secrets are not marked as such, the
// pages show them, and it says so.
func TestTheLeakTestSeesLeaks(t *testing.T) {
	for _, id := range destinations() {
		t.Run(id, func(t *testing.T) {
			w := newWorld(t, "")
			w.shelf.whole()
			p := wholes()[id]
			leaky := *p
			leaky.Facts, leaky.Services = slices.Clone(p.Facts), slices.Clone(p.Services)
			for i := range leaky.Facts {
				if isSensitive(leaky.Facts[i].Sensitivity) {
					leaky.Facts[i].Sensitivity = "clinical"
				}
			}
			for i := range leaky.Services {
				leaky.Services[i].Sensitivity = "clinical"
			}
			w.shelf.packs[id] = &leaky
			rng := rand.New(rand.NewPCG(7, 7))
			kinds, all := map[string]bool{}, map[string]bool{}
			for _, s := range secrets(p, "en") {
				all[strings.Join(strings.Fields(s.what)[:2], " ")] = true
			}
			for n := 0; n < 40 && len(kinds) < len(all); n++ {
				caseID, ms := w.household2(&leaky, rng)
				found, _ := w.leaks(p, caseID, ms, "en")
				for _, f := range found {
					for _, kind := range []string{"the reason", "the service", "the question", "the outcome"} {
						if strings.HasPrefix(f, string(access.Nurse)+" sees "+kind) {
							kinds[kind] = true
						}
					}
				}
			}
			for kind := range all {
				if !kinds[kind] {
					t.Errorf("%s of sensitive things is shown to a nurse, and no page was caught", kind)
				}
			}
		})
	}
}

// The number of services on the family board does not tell that one member has a
// sensitive one more.
func TestTheBoardCountsNothingSensitive(t *testing.T) {
	w := newWorld(t, "")
	one, other := w.register("Amina", 40, people.Male), w.register("Musa", 40, people.Male)
	id, ms := w.open("us-immigrant", nil, one, other)
	w.answer(ms[0], value.Facts{"symptoms": value.Of(false), "contact": value.Of(false)})
	w.answer(ms[1], value.Facts{"symptoms": value.Of(false), "contact": value.Of(false)})
	w.do(ms[0], "CORE_EXAM", map[string]string{"sti_suspect": "yes"})
	w.do(ms[1], "CORE_EXAM", map[string]string{"sti_suspect": "no"})
	if a, b := w.item(ms[0], "GONORRHEA").State, w.item(ms[1], "GONORRHEA").State; a != ItemRequired || b != "" {
		t.Fatalf("%q %q", a, b)
	}
	board := w.get(w.as(access.Manager), "/cases/"+id.String())
	if n := strings.Count(board.Body, `<bdi dir="ltr">1</bdi> of <bdi dir="ltr">2</bdi>`); n != 2 {
		t.Errorf("both have one of two done, the board says so %d times: %s", n, board.Body)
	}
}
