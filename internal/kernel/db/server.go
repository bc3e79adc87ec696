package db

import "context"

// ServerState is what a PostgreSQL server says of how it keeps what it is given.
type ServerState struct {
	Fsync, FullPageWrites, SynchronousCommit string
	SynchronousStandbys                      string // which have to confirm a commit; "" for none
	Standbys                                 int    // that do at this moment
	Checksums                                string
	TLS                                      bool // of this program's connections
	Local                                    bool // over a socket of this machine
}

// ServerState asks the server. A node's file has none.
func (d *DB) ServerState(ctx context.Context) (s ServerState, err error) {
	err = d.Read(ctx, func(tx *Tx) error {
		return tx.Row(`SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'),
			current_setting('synchronous_standby_names'), current_setting('data_checksums'),
			(SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')),
			coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false), inet_client_addr() IS NULL`).
			Scan(&s.Fsync, &s.FullPageWrites, &s.SynchronousCommit, &s.SynchronousStandbys, &s.Checksums, &s.Standbys, &s.TLS, &s.Local)
	})
	return s, err
}
