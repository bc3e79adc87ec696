package db

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// replicaConns is the pool's size unless the URL says pool_max_conns: reports are few
// and long.
const replicaConns = 4

// replicaOf is the pool of the replica, if there is one. It connects when it is asked
// first: a hub works without it.
func replicaOf(ctx context.Context, o Options) (*pgxpool.Pool, error) {
	if o.Replica == "" {
		return nil, nil
	}
	cfg, err := pgxpool.ParseConfig(o.Replica)
	if err != nil {
		return nil, fault.Field("db.Open", "url", "db.bad_url") // no cause: it quotes the password
	}
	if cfg.MaxConns == pgDefaultConns() {
		cfg.MaxConns = replicaConns
	}
	cfg.ConnConfig.StatementCacheCapacity = stmtCacheSize
	missed(cfg.ConnConfig)
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	return pool, mapped("db.Open", err)
}

// readStale asks the replica, and the primary while the replica does not answer.
func (s *pgStore) readStale(ctx context.Context, fn func(*Tx) error) error {
	if s.replica == nil || s.closed.Load() {
		return s.read(ctx, fn)
	}
	pt, err := s.replica.BeginTx(ctx, snapshot)
	if err != nil {
		if ctx.Err() != nil {
			return mapped("db.ReadStale", err)
		}
		return s.read(ctx, fn)
	}
	err = s.readIn(ctx, pt, fn)
	if wantsRetry(err) { // what it read was vacuumed away on the primary meanwhile
		return gaveUp(err)
	}
	return err
}
