package backup_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// go test ./internal/edge/backup -run - -bench . -benchtime 1x
//
// Backup and restore of 100,000 entries on either engine.
func BenchmarkBackup(b *testing.B) {
	for _, engine := range engines {
		s := newStore(b, engine)
		const entries, batch = 100_000, 500
		for i := 0; i < entries; i += batch {
			s.write(func(tx *db.Tx) error {
				changes := make([]journal.Change, batch)
				for n := range changes {
					changes[n] = journal.Change{Kind: "t.note", Doc: db.NewID(), Sensitivity: journal.Clinical, Site: "NBO", Purpose: "care",
						Fields: map[string]any{"text": fmt.Sprintf("a note of some length, as people write them, number %d", i+n), "weight": float64(n) / 7}}
				}
				return s.j.Append(tx, anna, changes...)
			})
		}
		info, err := s.d.Info(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		var archive []byte
		b.Run("write/"+engine, func(b *testing.B) {
			b.SetBytes(info.Bytes)
			for b.Loop() {
				archive = s.archive()
			}
			b.ReportMetric(entries*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
			b.ReportMetric(float64(len(archive))/float64(info.Bytes), "archive/database")
		})
		for _, to := range engines {
			b.Run("restore/"+engine+" to "+to, func(b *testing.B) {
				b.SetBytes(info.Bytes)
				for b.Loop() {
					if _, err := restore(b, b.Context(), bytes.NewReader(archive), optionsOf(b, to), identity); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(entries*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
			})
		}
	}
}
