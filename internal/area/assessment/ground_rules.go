package assessment

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"sort"
	"strings"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// sameGround reports whether two decisions say the same: what is required, held,
// not safe, to wait for, classified and how long it is valid. A clearance stands on
// the ground it was signed on; when the ground moves, it is suspended. Another
// version of the rules that says the same of this person moves nothing: it would
// suspend every clearance of a destination at once (docs/adr/0009).
func sameGround(a, b pack.Record) bool {
	key := func(r pack.Record) []string {
		var ks []string
		for _, o := range r.Outcomes {
			switch o.Kind {
			case decision.Require, decision.Hold, decision.Classify, decision.Contraindicate, decision.Defer, decision.Clear, decision.Valid:
				ks = append(ks, string(o.Kind)+" "+o.Code+" "+string(o.State)+" "+o.Args["until"])
			}
		}
		sort.Strings(ks)
		return ks
	}
	return slices.Equal(key(a), key(b))
}

// evidenceRows are the questions of the forms of a plan's services whose answers no
// rule of the pack reads (a syphilis test that is required and recorded, and goes
// to the destination on its form). Remarks and days are left out, and so is what
// was only offered: nobody asked for it.
func evidenceRows(pl Plan, p *pack.Pack, put func(row *form.Row, judged bool)) {
	read := map[string]bool{}
	for _, code := range p.Bound("obs:") {
		read[code] = true
	}
	for _, it := range pl.Items {
		f, ok := p.FormOf(it.Service)
		if !ok || it.Offered {
			continue
		}
		judged := slices.ContainsFunc(f.Facts(), func(c string) bool { return read[c] })
		for i := range f.Rows {
			row := &f.Rows[i]
			if row.Fact != "" && !read[row.Fact] && row.Type != form.Text && row.Type != form.Date {
				put(row, judged)
			}
		}
	}
}

// evidenceCodes are the observations that evidence is made of.
func evidenceCodes(pl Plan, p *pack.Pack) []string {
	codes := []string{"-"} // none at all must not read as all
	evidenceRows(pl, p, func(row *form.Row, _ bool) {
		if !slices.Contains(codes, row.Fact) {
			codes = append(codes, row.Fact)
		}
	})
	return codes
}

// evidence is a digest of those answers. The physician signed with them in view:
// when one changes, the signature is as moved as by a fact of a rule. The
// measurements of a form whose finding a rule reads (weight, pulse) are left out:
// a second one is not a correction.
func evidence(pl Plan, p *pack.Pack, seen map[string]decision.Fact) string {
	type line struct {
		Code     string      `json:"c"`
		Value    value.Value `json:"v"`
		Disputed bool        `json:"d,omitempty"`
	}
	var lines []line
	known := map[string]bool{}
	evidenceRows(pl, p, func(row *form.Row, judged bool) {
		f, ok := seen[row.Fact]
		if !ok || known[row.Fact] || judged && f.Value.Kind() == value.KindNumber {
			return
		}
		known[row.Fact] = true
		lines = append(lines, line{row.Fact, f.Value, f.Disputed})
	})
	sort.Slice(lines, func(i, j int) bool { return lines[i].Code < lines[j].Code })
	b, err := json.Marshal(lines)
	if err != nil {
		return "" // values always marshal; an empty digest never equals a signed one
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// moved says whether what a clearance was signed on still stands: the same
// decision, the same results, and nothing new against it.
func moved(signed pack.Record, signedEvidence string, now pack.Record, nowEvidence string, against []Obstacle) bool {
	return !sameGround(signed, now) || signedEvidence != nowEvidence || len(against) > 0
}

// officerHold reports whether an officer's own hold stands: the last override
// that set or lifted one decides.
func officerHold(acts []Act) bool {
	held := false
	for _, a := range acts {
		if a.Act == ActOverride {
			switch a.Outcome {
			case "hold":
				held = true
			case "release":
				held = false
			}
		}
	}
	return held
}

// officerClass returns the class an officer set instead of the table's, "" when
// none: the last such override decides.
func officerClass(acts []Act) string {
	class := ""
	for _, a := range acts {
		if c, ok := strings.CutPrefix(a.Outcome, "class:"); ok && a.Act == ActOverride {
			class = c
		}
	}
	return class
}

// signedAlready reports whether the last thing an officer decided was to sign this
// very decision without clearing: a second officer at the same moment is told.
func signedAlready(acts []Act, decision string) bool {
	for i := len(acts) - 1; i >= 0; i-- {
		switch acts[i].Act {
		case ActSign:
			return acts[i].Decision.String() == decision && acts[i].Outcome == outcomeHeld
		case ActOverride, ActWaive:
			return false
		}
	}
	return false
}

// What a signature came to.
const (
	outcomeCleared = "cleared"
	outcomeHeld    = "not_cleared"
)
