package testkit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
)

// PostgresServer is a throw-away PostgreSQL server of its own, for a test that kills
// one, and for benchmarks.
type PostgresServer struct {
	bin, dir, data string
}

// StartPostgres starts a server with settings such as "wal_level=replica" beside
// those of tests. It fails where PostgreSQL is not installed.
func StartPostgres(settings ...string) (*PostgresServer, error) {
	bin := postgresBin()
	if bin == "" {
		return nil, errors.New("PostgreSQL is not installed (Debian: apt-get install postgresql)")
	}
	return startServer(bin, settings...)
}

// NewPostgresServer is StartPostgres for a test, which skips where there is none.
func NewPostgresServer(t testing.TB, settings ...string) *PostgresServer {
	t.Helper()
	if postgresBin() == "" {
		Require(t, "postgres", "install PostgreSQL 15 or newer (Debian: apt-get install postgresql)")
	}
	s, err := StartPostgres(settings...)
	if err != nil {
		t.Fatalf("testkit: starting PostgreSQL: %v", err)
	}
	t.Cleanup(s.Stop)
	return s
}

// serverFolder makes a folder that PostgreSQL may have, which refuses to be root. The
// path must be short: a Unix socket's name has 107 bytes.
func serverFolder() (string, error) {
	dir, err := os.MkdirTemp("/tmp", "gw-pg-")
	if err == nil && os.Geteuid() == 0 {
		err = chownToOrdinary(dir)
	}
	return dir, err
}

func startServer(bin string, settings ...string) (*PostgresServer, error) {
	dir, err := serverFolder()
	if err != nil {
		return nil, err
	}
	s := &PostgresServer{bin, dir, filepath.Join(dir, "data")}
	err = s.run("initdb", "-D", s.data, "-U", "godwit", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
	if err == nil {
		err = s.start(settings...)
	}
	if err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *PostgresServer) run(tool string, args ...string) error {
	return runAs(s.dir, append([]string{filepath.Join(s.bin, tool)}, args...)...)
}

func (s *PostgresServer) start(settings ...string) error {
	opts := "-c listen_addresses= -c unix_socket_directories=" + s.dir
	for _, set := range append([]string{"max_connections=60", "shared_buffers=64MB", "fsync=on"}, settings...) {
		opts += " -c " + set
	}
	return s.run("pg_ctl", "-D", s.data, "-w", "-t", "60", "-l", filepath.Join(s.dir, "log"), "-o", opts, "start")
}

// URL is the address of a database, with what further servers may have it.
func (s *PostgresServer) URL(name string, others ...*PostgresServer) string {
	dirs := []string{s.dir}
	for _, o := range others {
		dirs = append(dirs, o.dir)
	}
	return socketURL(name, dirs...)
}

// Exec runs a statement outside of a transaction.
func (s *PostgresServer) Exec(ctx context.Context, database, sql string) error {
	c, err := pgx.Connect(ctx, s.URL(database))
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, sql)
	return err
}

// Standby starts a streaming standby of s, which is called name by it.
func (s *PostgresServer) Standby(name string, settings ...string) (*PostgresServer, error) {
	dir, err := serverFolder()
	if err != nil {
		return nil, err
	}
	b := &PostgresServer{s.bin, dir, filepath.Join(dir, "data")}
	err = b.run("pg_basebackup", "-D", b.data, "-R", "-X", "stream", "-c", "fast", "--no-sync",
		"-d", fmt.Sprintf("host=%s user=godwit application_name=%s", s.dir, name))
	if err == nil {
		err = b.start(settings...)
	}
	if err != nil {
		b.Stop()
		return nil, err
	}
	return b, nil
}

// Promote makes a standby the primary.
func (s *PostgresServer) Promote() error {
	return s.run("pg_ctl", "-D", s.data, "-w", "-t", "60", "promote")
}

// Stop ends the server and removes it.
func (s *PostgresServer) Stop() {
	_ = s.run("pg_ctl", "-D", s.data, "-m", "immediate", "-w", "stop")
	_ = os.RemoveAll(s.dir)
}
