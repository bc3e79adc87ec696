package sync

import (
	"context"
	"slices"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Status is how a node stands with its hub.
type Status struct {
	Enrolled bool
	Name     string   // of this node, at the hub
	Sites    []string // its catchment
	Unsent   int64    // entries written here that the hub does not have
	Received int64    // entries of this node that the hub has: its receipt
	Heads    []journal.Head
	Contact  time.Time // last, by this machine's clock
	Trouble  string    // message key of why the last exchange ended, or none
}

// Status answers it, by a few point reads: every page asks.
func (s *Service) Status(ctx context.Context) (Status, error) {
	var st Status
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		st = Status{}
		h, err := hubOf(tx)
		if fault.KeyOf(err) == "sync.not_enrolled" {
			st.Unsent, err = s.Journal.Unsent(tx, nil)
			return err
		}
		if err != nil {
			return err
		}
		st = Status{Enrolled: true, Name: h.Name, Sites: h.Sites, Received: h.Received, Contact: h.Contact, Trouble: h.Trouble}
		if st.Heads, err = ackedHeads(tx); err != nil {
			return err
		}
		if st.Unsent, err = s.Journal.Unsent(tx, st.Heads); err == nil {
			unsent := st.Unsent
			s.words.keep(h, &unsent)
		}
		return err
	})
	return st, err
}

// InCharge reports whether this installation is the one that draws conclusions about a
// site's people from what arrives: the node whose catchment the site is, and the hub
// for sites that no node has.
func (s *Service) InCharge(tx *db.Tx, site string) (bool, error) {
	h, err := hubOf(tx)
	switch {
	case err == nil:
		return slices.Contains(h.Sites, site), nil
	case fault.KeyOf(err) != "sync.not_enrolled":
		return false, err
	}
	nodes, err := peers(tx)
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(nodes, func(p Peer) bool { return p.State == Enrolled && slices.Contains(p.Sites, site) }), nil
}
