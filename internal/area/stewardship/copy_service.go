package stewardship

import (
	"context"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// notCopied are kinds that are told elsewhere: the broken glass stands in the
// list of who looked, an erasure on its receipt.
var notCopied = []string{access.GlassKind, kindErasure}

// Copy writes the person's own copy of everything held about them, in a
// language. It is released to the person first, and needs the right to see all
// of it: half a copy would tell somebody that there is another half.
func (s *Service) Copy(ctx context.Context, person db.ID, lang string) ([]Section, error) {
	const op = "stewardship.Copy"
	ctx = access.For(ctx, routeCopy.Purpose)
	if err := s.Access.Release(ctx, routeCopy, access.Applicant, person); err != nil {
		return nil, err
	}
	if err := s.catchUp(ctx); err != nil {
		return nil, err
	}
	var out []Section
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := holdings(tx, person)
		if err != nil {
			return err
		}
		out, err = s.sections(ctx, tx, person, all, lang)
		return err
	})
	return out, fault.Wrap(op, err)
}

func (s *Service) sections(ctx context.Context, tx *db.Tx, person db.ID, all []holding, lang string) ([]Section, error) {
	var out []Section
	covered := slices.Clone(notCopied)
	for _, c := range s.Copies {
		part, err := c.Copy(ctx, tx, person, lang)
		if err != nil {
			return nil, err
		}
		out, covered = append(out, part...), append(covered, c.Kinds...)
	}
	words := plainWords{known: s.known, lang: lang}
	slices.SortStableFunc(all, func(a, b holding) int { return orderOf(a.Kind) - orderOf(b.Kind) })
	for _, h := range all {
		if slices.Contains(covered, h.Kind) {
			continue
		}
		doc, err := s.Journal.Load(tx, h.Doc)
		if fault.Is(err, fault.NotFound) {
			continue // erased
		}
		if err != nil {
			return nil, err
		}
		if doc.Subject != person {
			continue // it was moved to another person
		}
		out = append(out, s.section(tx, doc, words))
	}
	return out, nil
}

// orderOf puts who the person is first, then what was agreed, then the rest.
func orderOf(kind string) int {
	for i, area := range []string{"people.person", "people.", "assessment.", "care.", "stewardship."} {
		if strings.HasPrefix(kind, area) {
			return i
		}
	}
	return 9
}

func (s *Service) section(tx *db.Tx, doc *journal.Doc, words plainWords) Section {
	sec := Section{Title: words.kind(doc.Kind)}
	if doc.Sensitivity == journal.Sealed {
		sec.Rows = page.Summary{{Label: page.M("stewardship.copy.sealed_label"), Value: page.M("stewardship.copy.sealed")}}
		return sec
	}
	sec.Rows = words.rows(doc.Fields)
	for group, alternatives := range doc.Disputed {
		for _, alt := range alternatives {
			for _, r := range words.rows(alt.Fields) {
				sec.Rows = append(sec.Rows, page.Row{Label: page.M("stewardship.copy.disputed", "field", words.topic(group)), Value: []any{r.Label, r.Value}})
			}
		}
	}
	if doc.Error {
		sec.Rows = append(sec.Rows, page.Row{Label: page.M("stewardship.copy.error_label"), Value: page.M("page.truth.yes")})
	}
	sec.Rows = append(sec.Rows, page.Row{Label: page.M("stewardship.copy.changed"), Value: doc.Updated})
	if name, err := access.UserName(tx, doc.UpdatedBy); err == nil && name != "" {
		sec.Rows = append(sec.Rows, page.Row{Label: page.M("stewardship.copy.by"), Value: name})
	}
	return sec
}

// Line is one line of who looked, with the name of who did.
type Line struct {
	access.Read
	Name string
}

// Looked is the list for the person: who opened their record and why, who saw
// them in a search, what left and to whom. It is released to the person first.
func (s *Service) Looked(ctx context.Context, person db.ID) ([]Line, error) {
	const op = "stewardship.Looked"
	ctx = access.For(ctx, routeLooked.Purpose)
	if err := s.Access.Release(ctx, routeLooked, access.Applicant, person); err != nil {
		return nil, err
	}
	var out []Line
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		_, res, err := s.People.Identity(tx, person)
		if err != nil {
			return err
		}
		reads, err := s.Access.LookedAt(ctx, tx, res)
		if err != nil {
			return err
		}
		out, err = named(tx, reads)
		return err
	})
	return out, fault.Wrap(op, err)
}

// named adds the names of the users.
func named(tx *db.Tx, reads []access.Read) ([]Line, error) {
	names := map[db.ID]string{}
	out := make([]Line, len(reads))
	for i, r := range reads {
		name, ok := names[r.User]
		if !ok {
			var err error
			if name, err = access.UserName(tx, r.User); err != nil {
				return nil, err
			}
			names[r.User] = name
		}
		out[i] = Line{Read: r, Name: name}
	}
	return out, nil
}
