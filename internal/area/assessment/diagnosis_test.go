package assessment

import (
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

func TestOnlyAPhysicianAnswersADiagnosis(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		p := w.register("Amina", 34, people.Male)
		_, ms := w.open("us-immigrant", nil, p)
		m := ms[0]
		w.answer(m, value.Facts{"symptoms": value.Of(true), "contact": value.Of(false)})
		for range 6 {
			for _, it := range w.look(m).Plan.Items {
				if it.State.ToDo() && w.item(m, it.Code).State.ToDo() {
					w.do(m, it.Code, nil)
				}
			}
		}
		asks := func(who access.Role, most journal.Sensitivity) (may, told bool) {
			ctx := w.user("a "+string(who), who, most)
			facts, err := w.Asked(ctx, m)
			must(t, err)
			for _, f := range facts {
				may = may || f.Name == "tb_dx"
			}
			v := w.look(m)
			for _, q := range w.readerOf(ctx, v).questions(v) {
				told = told || q.Key == "assessment.question.physician"
			}
			return may, told
		}
		if v := w.look(m); !contains(v.Plan.Questions, "tb_dx") {
			t.Fatalf("nobody is asked for the diagnosis: %v %v", v.Plan.Questions, codesAndStates(v.Plan))
		}
		for _, who := range []access.Role{access.Nurse, access.Counsellor} {
			if may, told := asks(who, ceiling(who)); may || !told {
				t.Errorf("%s: asked %v, told that it is for the physician %v", who, may, told)
			}
			err := w.Answer(w.as(who), m, value.Facts{"tb_dx": value.Text("none")})
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s answers the diagnosis: %v", who, err)
			}
			must(t, w.Answer(w.as(who), m, value.Facts{"contact": value.Of(false)}))
		}
		if may, told := asks(access.Physician, journal.Sensitive); !may || told {
			t.Errorf("physician: asked %v, told %v", may, told)
		}
		must(t, w.Answer(w.as(access.Physician), m, value.Facts{"tb_dx": value.Text("none")}))
		if contains(w.look(m).Plan.Questions, "tb_dx") {
			t.Error("still asked")
		}
	})
}

func contains(list []string, s string) bool {
	return strings.Contains(" "+strings.Join(list, " ")+" ", " "+s+" ")
}

// What is a physician's judgement in one pack that ships is so in every pack: one
// answer serves all.
func TestAnObservationIsOneRolesToAnswerInEveryPack(t *testing.T) {
	by := map[string]string{}
	for id, p := range everyPack(t) {
		for _, f := range p.Facts {
			code, ok := strings.CutPrefix(f.From, "obs:")
			if !ok {
				continue
			}
			if other, seen := by[code]; seen && other != f.Answer {
				t.Errorf("%s: %s is answered by %q, and by %q in another pack", id, code, f.Answer, other)
			}
			by[code] = f.Answer
		}
	}
	for _, code := range []string{"tb_dx", "tb_history_code", "complex_tb", "est_cost_per_year", "dot_done", "syphilis_class"} {
		if by[code] != pack.AnswerPhysician {
			t.Errorf("%s is answered by %q", code, by[code])
		}
	}
}
