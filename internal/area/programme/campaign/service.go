package campaign

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Deps is what a Service needs.
type Deps struct {
	DB      *db.DB
	Journal *journal.Journal
	Access  *access.Access
	Pages   *page.Renderer // nil where there are no pages
	Signals *surveillance.Service
	Clock   func() time.Time
}

// Service is this package's use cases.
type Service struct {
	Deps
	lists Lists
}

// New makes the service.
func New(d Deps) *Service {
	if d.Clock == nil {
		d.Clock = time.Now
	}
	return &Service{d, newLists()}
}

func (s *Service) now() time.Time { return s.Clock().UTC().Truncate(time.Microsecond) }

func (s *Service) today() calendar.Day { return calendar.DayOfTime(s.now()) }

// may checks an action at a site.
func (s *Service) may(ctx context.Context, action access.Action, kind, site string) error {
	return s.Access.Check(ctx, action, access.Resource{Kind: kind, Site: site, Sensitivity: journal.Identity})
}

// put appends a change to a document that may be there already: its author has seen it
// as it stands.
func (s *Service) put(tx *db.Tx, a access.Actor, c journal.Change) error {
	c.Sensitivity, c.Purpose = journal.Identity, "public_health"
	d, err := s.Journal.Load(tx, c.Doc)
	switch {
	case err == nil:
		c.Base = d.Version
		if d.Kind != c.Kind {
			return fault.New(fault.Conflict, "campaign.put", "campaign.error.sent_twice")
		}
	case !fault.Is(err, fault.NotFound):
		return err
	}
	return s.Journal.Append(tx, a.Author(), c)
}

// made appends a new document; one that is sent twice is there once.
func (s *Service) made(tx *db.Tx, a access.Actor, c journal.Change) error {
	c.Sensitivity, c.Purpose = journal.Identity, "public_health"
	err := s.Journal.Append(tx, a.Author(), c)
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "campaign.made", "campaign.error.sent_twice")
	}
	return err
}

// check gathers what is wrong with fields.
type check struct {
	op   string
	errs []error
}

func (c *check) bad(field, key string) {
	c.errs = append(c.errs, fault.Field(c.op, field, "campaign.error."+key))
}

func (c *check) err() error { return errors.Join(c.errs...) }

// text trims and checks a free text, which holds nothing of anybody.
func (c *check) text(field string, text *string, least, most int) {
	*text = strings.TrimSpace(*text)
	if utf8.RuneCountInString(*text) < least {
		c.bad(field, "empty")
		return
	}
	if key := surveillance.TextFault(*text, most); key != "" {
		c.bad(field, key)
	}
}

func (c *check) count(field string, n Count) {
	if n.Known && (n.N < 0 || n.N > mostCount) {
		c.bad(field, "count")
	}
}

// Save plans a campaign or changes it.
func (s *Service) Save(ctx context.Context, c Campaign) error {
	const op = "campaign.Save"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	ck := check{op: op}
	ck.text("name", &c.Name, 3, longName)
	ck.text("goal", &c.Goal, 0, longText)
	if !s.lists.Topics.Has(c.Topic) {
		ck.bad("topic", "choose")
	}
	for field, codes := range map[string][]string{"audiences": c.Audiences, "languages": c.Languages, "channels": c.Channels} {
		of := map[string]interface{ All([]string) bool }{"audiences": s.lists.Audiences, "languages": s.lists.Languages, "channels": s.lists.Channels}[field]
		if len(codes) == 0 || !of.All(codes) {
			ck.bad(field, "choose")
		}
	}
	if c.From == 0 {
		ck.bad("from", "day")
	}
	if c.To != 0 && c.To < c.From {
		ck.bad("to", "before")
	}
	if err := ck.err(); err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		was, err := one(tx, kindCampaign, c.ID, asCampaign)
		switch {
		case fault.Is(err, fault.NotFound):
			c.Site = a.Site()
		case err != nil:
			return err
		default:
			c.Site = was.Site
			if was.Topic != c.Topic {
				return fault.Field(op, "topic", "campaign.error.topic")
			}
		}
		if err := s.may(ctx, access.CampaignEdit, kindCampaign, c.Site); err != nil {
			return err
		}
		return s.put(tx, a, journal.Change{Kind: kindCampaign, Doc: c.ID, Site: c.Site, Fields: map[string]any{"topic": c.Topic, "name": c.Name, "goal": c.Goal,
			"audiences": c.Audiences, "languages": c.Languages, "channels": c.Channels, "from": c.From, "to": c.To}})
	}))
}

// mostList is how many things a list shows.
const mostList = 200

// Listed are campaigns of a list.
type Listed struct {
	Campaigns []Campaign
	More      bool
	Edits     bool
	Records   bool
	Lists     Lists
	Today     calendar.Day
}

// List answers the campaigns, those that began last first.
func (s *Service) List(ctx context.Context) (Listed, error) {
	const op = "campaign.List"
	out := Listed{Lists: s.lists, Today: s.today()}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		sc, err := s.Access.Reach(ctx, op, access.CampaignRead)
		if err != nil {
			return err
		}
		out.Campaigns, err = of(tx, sc, kindCampaign, db.ID{}, mostList, asCampaign)
		return err
	})
	out.Campaigns, out.More = cut(out.Campaigns, mostList)
	out.Edits, out.Records = s.Access.Ever(ctx, access.CampaignEdit), s.Access.Ever(ctx, access.CampaignRecord)
	return out, fault.Wrap(op, err)
}

func cut[T any](list []T, most int) ([]T, bool) {
	if len(list) > most {
		return list[:most], true
	}
	return list, false
}

// Opened is a campaign with all that belongs to it.
type Opened struct {
	Campaign
	Messages   []Message // by title and language
	Activities []Activity
	Cascades   []Cascade
	Rumours    []Rumour
	More       bool // some of one of these are left out
	Lists      Lists
	Edits      bool
	Approves   bool
	Records    bool
	Me         db.ID
	Today      calendar.Day
}

// mostOf is how many activities, stretches and rumours a campaign's page reads; the reach
// is of these.
const mostOf = 2000

// Open answers a campaign.
func (s *Service) Open(ctx context.Context, id db.ID) (Opened, error) {
	const op = "campaign.Open"
	out := Opened{Lists: s.lists, Today: s.today()}
	a, err := access.Acting(ctx, op)
	if err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		sc, err := s.Access.Reach(ctx, op, access.CampaignRead)
		if err != nil {
			return err
		}
		if out.Campaign, err = one(tx, kindCampaign, id, asCampaign); err != nil {
			return err
		}
		return s.gather(tx, sc, &out)
	})
	out.Me = a.User
	out.Edits = err == nil && s.may(ctx, access.CampaignEdit, kindCampaign, out.Site) == nil
	out.Approves, out.Records = s.Access.Ever(ctx, access.CampaignApprove), s.Access.Ever(ctx, access.CampaignRecord)
	return out, fault.Wrap(op, err)
}

func (s *Service) gather(tx *db.Tx, sc access.Scope, out *Opened) error {
	var err error
	var more [4]bool
	if out.Messages, err = of(tx, sc, kindMessage, out.ID, mostList, asMessage); err != nil {
		return err
	}
	if out.Activities, err = of(tx, sc, kindActivity, out.ID, mostOf, asActivity); err != nil {
		return err
	}
	if out.Cascades, err = of(tx, sc, kindCascade, out.ID, mostOf, asCascade); err != nil {
		return err
	}
	if out.Rumours, err = of(tx, sc, kindRumour, out.ID, mostList, asRumour); err != nil {
		return err
	}
	out.Messages, more[0] = cut(out.Messages, mostList)
	out.Activities, more[1] = cut(out.Activities, mostOf)
	out.Cascades, more[2] = cut(out.Cascades, mostOf)
	out.Rumours, more[3] = cut(out.Rumours, mostList)
	out.More = slices.Contains(more[:], true)
	slices.SortStableFunc(out.Messages, func(a, b Message) int {
		return strings.Compare(a.Title+"\x00"+a.Language, b.Title+"\x00"+b.Language)
	})
	return nil
}
