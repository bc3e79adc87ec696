package app

import (
	"context"
	"net/http"
	"strconv"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/border/traveller"
	"github.com/godwit-health/godwit/internal/area/care/encounter"
	"github.com/godwit-health/godwit/internal/area/care/referral"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// referrals builds how people are sent on, which encounters offer and look at before they
// are signed.
func (n *Node) referrals(o Options) {
	at := traveller.Address{Public: o.Public, Secure: o.Secure, Here: o.Demo}
	n.Referrals = referral.New(referral.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, People: n.People, Sites: n.Sites, Clock: o.Clock,
		Pieces: n.referralPieces, Address: func(r *http.Request) (string, error) { return at.Of(r) }})
	n.Encounters.OnRefer(n.Referrals.Refer)
	n.Encounters.OnBeside(n.Referrals.Beside)
	n.Encounters.OnBefore(encounter.ConcernReferrals, n.Referrals.Before)
	n.People.OnRecord(n.Referrals.Links)
}

// referralPieces are what of a record may go with a referral: what the rules said of the
// encounter, what was measured in it, and the diagnoses that stand; of each what the actor
// may know.
func (n *Node) referralPieces(ctx context.Context, tx *db.Tx, person, visit db.ID) (out []referral.Piece, err error) {
	if !visit.IsZero() {
		told, err := n.Encounters.Told(ctx, tx, visit)
		if err != nil {
			return nil, err
		}
		if told.Person == person && told.Pack != nil {
			out = append(out, toldPieces(told)...)
		}
	}
	problems, err := n.Problems.Standing(ctx, tx, person)
	for _, p := range problems {
		l := referral.Line{Group: "problem", Words: map[string]string{}, Sensitive: p.Sensitivity >= journal.Sensitive}
		for _, lang := range pack.Languages {
			name := p.Name
			if w := p.Names[lang]; w != "" {
				name = w
			}
			if p.Code != "" {
				name += " (" + p.Code + ")"
			}
			l.Words[lang] = name
		}
		out = append(out, referral.Piece{Key: "problem." + p.ID.String(), Line: l})
	}
	return out, err
}

// toldPieces are what a pack settled in an encounter, in every language, and the measures
// that have a unit.
func toldPieces(t encounter.Told) (out []referral.Piece) {
	sensitive := t.Sensitivity >= journal.Sensitive
	for _, o := range t.Settled {
		if o.Kind != decision.Classify && o.Kind != decision.Flag && o.Kind != decision.Refer {
			continue
		}
		l := referral.Line{Group: "found", Words: map[string]string{}, Sensitive: sensitive}
		for _, lang := range pack.Languages {
			l.Words[lang] = t.Pack.OutcomeWord(lang, o.Kind, o.Code)
		}
		out = append(out, referral.Piece{Key: "found." + string(o.Kind) + "." + o.Code, Line: l})
	}
	for _, m := range t.Measured {
		l := referral.Line{Group: "measured", Label: map[string]string{}, Measure: value.Quantity{Number: m.Value, Unit: m.Unit}, Day: m.Day, Sensitive: sensitive || m.Sensitive}
		for _, lang := range pack.Languages {
			l.Label[lang] = t.Pack.FactWord(lang, m.Fact)
		}
		out = append(out, referral.Piece{Key: "measured." + m.Fact + "." + strconv.Itoa(int(m.Day)), Line: l})
	}
	return out
}

// referralCard is what waits to be answered, with the clock of the most urgent.
func (n *Node) referralCard(ctx context.Context) ([]todayCard, error) {
	if !n.Access.Ever(ctx, access.ClinicalRead) {
		return nil, nil
	}
	text, links, err := n.Referrals.Today(ctx)
	if err != nil || text.IsZero() {
		return nil, err
	}
	return []todayCard{{page.M("referral.title"), text, links}}, nil
}
