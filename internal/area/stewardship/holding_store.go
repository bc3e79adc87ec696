package stewardship

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// holding is a document about a person.
type holding struct {
	Doc  db.ID
	Kind string
}

// catchUp reads the headers of what came into the journal since the last time
// and notes which document is about whom. Each document is found this way
// whatever area wrote it, on this node or another; an area that forgot to name a
// document of its own would otherwise leave it out of a copy or an erasure.
func (s *Service) catchUp(ctx context.Context) error {
	const op = "stewardship.catchUp"
	for {
		more, err := s.catchUpSome(ctx)
		if err != nil {
			return fault.Wrap(op, err)
		}
		if !more {
			return nil
		}
	}
}

const catchUpBatch = 2000

func (s *Service) catchUpSome(ctx context.Context) (more bool, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		more = false
		heads, err := s.Journal.Heads(tx)
		if err != nil {
			return err
		}
		for _, h := range heads {
			var seq int64
			err := tx.Row("SELECT seq FROM stewardship_position WHERE installation = ? AND lane = ?", h.Origin.Installation, int64(h.Origin.Lane)).Scan(&seq)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			if uint64(seq) >= h.Seq {
				continue
			}
			if more, err = s.note(tx, h.Origin, uint64(seq)); err != nil {
				return err
			}
			if more {
				return nil
			}
		}
		return nil
	})
	return more, err
}

// note takes one batch of an origin's headers.
func (s *Service) note(tx *db.Tx, o journal.Origin, seq uint64) (more bool, err error) {
	entries, err := s.Journal.After(tx, o, seq, catchUpBatch)
	if err != nil || len(entries) == 0 {
		return false, err
	}
	for _, e := range entries {
		if e.Subject.IsZero() || e.Payload == nil {
			continue
		}
		if _, err := tx.Exec("INSERT INTO stewardship_holding (subject, doc, kind) VALUES (?, ?, ?) ON CONFLICT (subject, doc) DO NOTHING", e.Subject, e.Doc, e.Kind); err != nil {
			return false, err
		}
	}
	_, err = tx.Exec(`INSERT INTO stewardship_position (installation, lane, seq) VALUES (?, ?, ?)
		ON CONFLICT (installation, lane) DO UPDATE SET seq = excluded.seq`, o.Installation, int64(o.Lane), int64(entries[len(entries)-1].Version.Seq))
	return true, err
}

// holdings lists the documents about a person, by kind and age. Call catchUp
// first.
func holdings(tx *db.Tx, person db.ID) ([]holding, error) {
	rows, err := tx.Query("SELECT doc, kind FROM stewardship_holding WHERE subject = ? ORDER BY kind, doc", person)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []holding
	for rows.Next() {
		var h holding
		if err := rows.Scan(&h.Doc, &h.Kind); err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, rows.Err()
}

func forget(tx *db.Tx, doc db.ID) error {
	_, err := tx.Exec("DELETE FROM stewardship_holding WHERE doc = ?", doc)
	return err
}
