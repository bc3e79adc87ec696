package campaign

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Write writes a new message in one language of its campaign, as its first version.
func (s *Service) Write(ctx context.Context, m Message, text string) error {
	const op = "campaign.Write"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	ck := check{op: op}
	ck.text("title", &m.Title, 3, longName)
	ck.text("text", &text, 3, longText)
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := one(tx, kindCampaign, m.Campaign, asCampaign)
		if err != nil {
			return err
		}
		if err := s.may(ctx, access.CampaignEdit, kindMessage, c.Site); err != nil {
			return err
		}
		if !contains(c.Languages, m.Language) {
			ck.bad("language", "choose")
		}
		if err := ck.err(); err != nil {
			return err
		}
		return s.made(tx, a, journal.Change{Kind: kindMessage, Doc: m.ID, Site: c.Site, Fields: map[string]any{"campaign": m.Campaign, "title": m.Title, "language": m.Language,
			"version": Version{ID: db.NewID(), Text: text, At: s.now()}}})
	}))
}

// Reword writes a new version of a message, which is to be approved again.
func (s *Service) Reword(ctx context.Context, message db.ID, text string) error {
	const op = "campaign.Reword"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	ck := check{op: op}
	ck.text("text", &text, 3, longText)
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := one(tx, kindMessage, message, asMessage)
		if err != nil {
			return err
		}
		if err := s.may(ctx, access.CampaignEdit, kindMessage, m.Site); err != nil {
			return err
		}
		if len(ck.errs) == 0 && m.Last().Text == text {
			ck.bad("text", "same")
		}
		if err := ck.err(); err != nil {
			return err
		}
		at := s.now()
		if last := m.Last().At; !at.After(last) { // versions stand in the order in which they were written
			at = last.Add(1000)
		}
		return s.put(tx, a, journal.Change{Kind: kindMessage, Doc: message, Site: m.Site, Fields: map[string]any{"version": Version{ID: db.NewID(), Text: text, At: at}}})
	}))
}

// Judge approves a version, as somebody who did not write it and says that they read its
// language, or withdraws it with a reason.
func (s *Service) Judge(ctx context.Context, message db.ID, v Verdict) error {
	const op = "campaign.Judge"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	ck := check{op: op}
	least := 0
	if !v.Good {
		least = 3
	}
	ck.text("why", &v.Why, least, longText)
	if v.Good && !v.Reads {
		ck.bad("reads", "reads")
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := one(tx, kindMessage, message, asMessage)
		if err != nil {
			return err
		}
		if err := s.may(ctx, access.CampaignApprove, kindMessage, m.Site); err != nil {
			return err
		}
		was, ok := m.Version(v.Version)
		switch {
		case !ok:
			return fault.New(fault.NotFound, op, "page.error.not_found")
		case v.Good && was.By == a.User:
			ck.bad("reads", "own_words")
		case v.Good && m.Last().ID != v.Version:
			return fault.New(fault.Conflict, op, "campaign.error.changed")
		case m.StandingOf(v.Version) == Withdrawn:
			return fault.New(fault.Conflict, op, "campaign.error.withdrawn")
		}
		if err := ck.err(); err != nil {
			return err
		}
		v.At = s.now()
		return s.put(tx, a, journal.Change{Kind: kindMessage, Doc: message, Site: m.Site, Fields: map[string]any{"verdict": v}})
	}))
}

// MessageSheet is a message with its campaign and what the actor may do to it.
type MessageSheet struct {
	Message
	Campaign Campaign
	Names    map[db.ID]string // of those who wrote and approved
	Lists    Lists
	Edits    bool
	Approves bool
	Own      bool // the last version is the actor's
}

// Message answers a message.
func (s *Service) Message(ctx context.Context, id db.ID) (MessageSheet, error) {
	const op = "campaign.Message"
	out := MessageSheet{Names: map[db.ID]string{}, Lists: s.lists}
	a, err := access.Acting(ctx, op)
	if err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if err := s.may(ctx, access.CampaignRead, kindMessage, a.Site()); err != nil {
			return err
		}
		var err error
		if out.Message, err = one(tx, kindMessage, id, asMessage); err != nil {
			return err
		}
		if out.Campaign, err = one(tx, kindCampaign, out.Message.Campaign, asCampaign); err != nil {
			return err
		}
		for _, v := range out.Versions {
			if out.Names[v.By], err = access.UserName(tx, v.By); err != nil {
				return err
			}
		}
		for _, v := range out.Verdicts {
			if out.Names[v.By], err = access.UserName(tx, v.By); err != nil {
				return err
			}
		}
		return nil
	})
	out.Own = out.Last().By == a.User
	out.Edits = err == nil && s.may(ctx, access.CampaignEdit, kindMessage, out.Site) == nil
	out.Approves = s.Access.Ever(ctx, access.CampaignApprove)
	return out, fault.Wrap(op, err)
}

func contains(list []string, code string) bool {
	for _, c := range list {
		if c == code {
			return true
		}
	}
	return false
}
