package analysis

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// The questions of Annex 2, as the pack names them.
const factAlways = "always_notifiable"

// Questions are the four, in their order.
var Questions = []string{"ihr_q1", "ihr_q2", "ihr_q3", "ihr_q4"}

// Answers are what each may be answered with. "Not known" is an answer: somebody looked
// and could not tell.
var Answers = []string{"yes", "no", "not_known"}

// Annex2 are the answers of an officer on one event, each with its reason.
type Annex2 struct {
	Always  string            `json:"always"` // a value of the pack's fact
	Answers map[string]string `json:"answers"`
	Why     map[string]string `json:"why"`
}

// Answered is what was answered once, and what the instrument said then.
type Answered struct {
	Annex2
	Result string          `json:"result"` // the code of the pack
	Record json.RawMessage `json:"record"` // what it was decided on, for ever after
	At     time.Time       `json:"at"`
	By     db.ID           `json:"-"`
}

const longReason = 1000

// Valid checks answers by the pack that is to decide on them. Each question needs an
// answer and each answer a reason, unless the disease is always notified.
func (a Annex2) Valid(p *pack.Pack) []error {
	var errs []error
	bad := func(field, key string) {
		errs = append(errs, fault.Field("analysis.Annex2", field, "analysis.error."+key))
	}
	i := slices.IndexFunc(p.Facts, func(f pack.Fact) bool { return f.Name == factAlways })
	if i < 0 || !slices.Contains(p.Facts[i].Values, a.Always) {
		bad("always", "choose")
	}
	for _, q := range Questions {
		if a.Always != "none" && a.Always != "" && a.Answers[q] == "" {
			continue // one case is enough
		}
		if !slices.Contains(Answers, a.Answers[q]) {
			bad(q, "choose")
		}
		switch n := utf8.RuneCountInString(strings.TrimSpace(a.Why[q])); {
		case n < 3:
			bad("why_"+q, "why")
		case n > longReason:
			bad("why_"+q, "long")
		}
	}
	return errs
}

// input are the answers as the pack reads them.
func (a Annex2) input(on calendar.Day) decision.Input {
	in := decision.Input{On: on, Facts: map[string]decision.Fact{}}
	put := func(name string, v value.Value) { in.Facts[name] = decision.Fact{Value: v, AsOf: on.Date()} }
	put("as_of", value.Day(int(on)))
	put(factAlways, value.Text(a.Always))
	for _, q := range Questions {
		if a.Answers[q] != "" {
			put(q, value.Text(a.Answers[q]))
		}
	}
	return in
}

// Results are what the instrument can say.
const (
	NotifyWHO      = "NOTIFY_WHO"
	NotDecidable   = "NOT_DECIDABLE"
	NoNotification = "NO_NOTIFICATION"
)

// resultOf is the classification that is definite.
func resultOf(d decision.Decision) string {
	for _, code := range []string{NotifyWHO, NotDecidable, NoNotification} {
		if o, ok := d.Outcome(decision.Classify, code); ok && o.State == decision.Definite {
			return code
		}
	}
	return NotDecidable
}
