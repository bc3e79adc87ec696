package people

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// SetPhoto takes a JPEG or PNG file as it was sent, makes a photo of it and puts
// it into the record. Earlier photos stay in the history.
func (s *Service) SetPhoto(ctx context.Context, person, doc db.ID, file []byte) error {
	const op = "people.SetPhoto"
	// Who may not change the record must not make the server decode pictures.
	err := s.DB.Read(ctx, func(tx *db.Tx) error { _, err := s.open(ctx, tx, access.PersonEdit, person); return err })
	if err != nil {
		return fault.Wrap(op, err)
	}
	select {
	case s.photos <- struct{}{}:
	case <-ctx.Done():
		return fault.New(fault.Unavailable, op, "people.error.photo_busy")
	}
	photo, err := MakePhoto(file)
	<-s.photos
	if err != nil {
		return fault.Wrap(op, err)
	}
	photo.Taken = s.Today().Date()
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		row, err := s.open(ctx, tx, access.PersonEdit, person)
		if err != nil {
			return err
		}
		err = s.put(ctx, tx, row, kindPhoto, orNew(doc), journal.Identity, journal.Base{}, nil, photo)
		if fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, op, "people.error.replayed_part")
		}
		return err
	}))
}

// Photo returns a person's newest photo as a JPEG, or fault.NotFound.
func (s *Service) Photo(ctx context.Context, person db.ID) ([]byte, error) {
	var p Photo
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		if _, err := s.open(ctx, tx, access.PersonRead, person); err != nil {
			return err
		}
		id, err := latestPhoto(tx, person)
		if err != nil {
			return err
		}
		if id.IsZero() {
			return errGone
		}
		d, err := s.Journal.Load(tx, id)
		if err != nil {
			return err
		}
		return d.Decode(&p)
	})
	return p.JPEG, fault.Wrap("people.Photo", err)
}

// RemovePhoto marks the newest photo as entered in error.
func (s *Service) RemovePhoto(ctx context.Context, person db.ID) error {
	const op = "people.RemovePhoto"
	var id db.ID
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if _, err = s.open(ctx, tx, access.PersonEdit, person); err != nil {
			return err
		}
		id, err = latestPhoto(tx, person)
		return err
	})
	if err != nil {
		return fault.Wrap(op, err)
	}
	if id.IsZero() {
		return fault.Wrap(op, errGone)
	}
	return fault.Wrap(op, s.removeOne(ctx, person, part{kindPhoto, journal.Identity, access.PersonEdit}, id))
}
