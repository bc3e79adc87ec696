package app

import (
	"context"
	"fmt"
	"strings"

	"github.com/godwit-health/godwit/internal/area/care/problem"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// demoDiagnoses is the short list that the physician of the demo's centre typed.
const demoDiagnoses = `system,code,name,name_fr,name_es,name_ar,condition,sensitive
icd10,A09,Diarrhoea,Diarrhée,Diarrea,إسهال,,
icd10,A00.9,Cholera,Choléra,Cólera,كوليرا,cholera,
icd10,B05.9,Measles,Rougeole,Sarampión,حصبة,measles,
icd10,I10,High blood pressure,Hypertension artérielle,Hipertensión arterial,ارتفاع ضغط الدم,,
icd10,J06.9,Cold or sore throat,Rhume ou mal de gorge,Resfriado o dolor de garganta,زكام أو التهاب الحلق,,
icd10,B24,HIV infection,Infection à VIH,Infección por VIH,عدوى فيروس نقص المناعة البشرية,,yes
`

// diagnosed has the physician of the demo fill the short list and write down what
// somebody who was seen has had for long.
func (s *seeder) diagnosed(ctx context.Context, person db.ID) error {
	doctor := access.For(s.as(ctx, string(access.Physician)), "care")
	if _, bad, err := s.n.Problems.Import(doctor, strings.NewReader(demoDiagnoses)); err != nil || len(bad) > 0 {
		return fmt.Errorf("short list: %v, %w", bad, err)
	}
	list, err := s.n.Problems.Of(doctor, person)
	if err != nil {
		return err
	}
	for _, t := range list.Terms {
		if t.Code == "I10" {
			return s.n.Problems.Add(doctor, problem.Entry{ID: db.NewID(), Person: person, Term: t.ID, Certainty: problem.Confirmed, Since: (s.world.Today - 700).Date()})
		}
	}
	return fmt.Errorf("the short list has no I10")
}
