package travel

import (
	"context"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Filed is one line of a medical file, in words.
type Filed struct {
	On   calendar.Day // 0 where it has no day
	Text string
}

// File is what the areas of care have of somebody.
type File struct {
	Problems []Filed
}

// FileTo is who gets a medical file. The list is closed.
type FileTo string

// The list.
const (
	ToCare      FileTo = "care"
	ToAuthority FileTo = "authority" // of health, of the country that the movement goes to
)

// FilesTo lists them.
var FilesTo = []FileTo{ToCare, ToAuthority}

// fileRoute is the way out of a medical file: only with the person's consent for whoever
// gets it.
var fileRoute = access.Route{Name: "travel.file", Means: access.Print, Purpose: "sharing", Recipients: []access.Recipient{access.CareProvider, access.HealthAuthority},
	Action: access.ExportResults, Sensitivity: journal.Clinical, Consent: true, Patterns: []string{"POST /travel/{id}/people/{person}/print/file"}}

// Carried is a medical file as it is printed.
type Carried struct {
	Along
	File
	To FileTo
}

// PrintFile releases the medical file of somebody who travels, for print.
func (s *Service) PrintFile(ctx context.Context, movement, person db.ID, to FileTo, lang string) (out Carried, err error) {
	const op = "travel.PrintFile"
	if out.Along, err = s.Along(ctx, movement, person, lang); err != nil {
		return out, fault.Wrap(op, err)
	}
	out.To = to
	recipient := access.CareProvider
	switch {
	case to == ToAuthority && out.Movement.To == "":
		return out, fault.Field(op, "file_to", "travel.error.no_country")
	case to == ToAuthority:
		recipient = access.HealthAuthority.Of(out.Movement.To)
	case to != ToCare:
		return out, fault.Field(op, "file_to", "travel.error.choose")
	}
	if err := s.Access.Release(ctx, fileRoute, recipient, person); err != nil {
		if key := fault.KeyOf(err); key != "" && fault.Is(err, fault.Forbidden) {
			return out, fault.Field(op, "file_to", key)
		}
		return out, fault.Wrap(op, err)
	}
	if s.OnFile == nil {
		return out, nil
	}
	return out, fault.Wrap(op, s.DB.Read(ctx, func(tx *db.Tx) error {
		out.File, err = s.OnFile(ctx, tx, person, lang)
		return err
	}))
}
