package testkit

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// cluster is the one throw-away PostgreSQL of this test process.
var cluster struct {
	sync.Once
	dir  string
	err  error
	stop func()
}

// Postgres returns the URL of a fresh, empty database on a throw-away cluster.
// The cluster is started once a test process from the installed binaries, listens
// on a Unix socket only, and runs as an ordinary user even where the tests run as
// root (PostgreSQL refuses to be root). A package that calls it must call
// Main from its TestMain, so that the cluster is stopped.
func Postgres(t testing.TB) string {
	t.Helper()
	bin := postgresBin()
	if bin == "" {
		Require(t, "postgres", "install PostgreSQL 15 or newer (Debian: apt-get install postgresql)")
	}
	cluster.Do(func() { startCluster(bin) })
	if cluster.err != nil {
		t.Fatalf("testkit: starting PostgreSQL: %v", cluster.err)
	}
	name := "t" + token()
	admin := clusterURL("postgres")
	exec1(t, admin, "CREATE DATABASE "+name)
	t.Cleanup(func() { exec1(t, admin, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return clusterURL(name)
}

// Main runs a package's tests, and then ends what they and Postgres began.
func Main(m *testing.M, end ...func()) {
	code := m.Run()
	for _, f := range end {
		f()
	}
	if cluster.stop != nil {
		cluster.stop()
	}
	os.Exit(code)
}

func clusterURL(name string) string { return socketURL(name, cluster.dir) }

func socketURL(name string, dirs ...string) string {
	return fmt.Sprintf("postgres:///%s?host=%s&user=godwit&sslmode=disable", name, strings.Join(dirs, ","))
}

func exec1(t testing.TB, url, sql string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatalf("testkit: %v", err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, sql); err != nil {
		t.Fatalf("testkit: %s: %v", sql, err)
	}
}

// postgresBin returns the folder of the newest installed server.
func postgresBin() string {
	if p := os.Getenv("GODWIT_PGBIN"); p != "" {
		return p
	}
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	slices.SortFunc(dirs, func(a, b string) int { return pgVersion(b) - pgVersion(a) })
	if len(dirs) > 0 {
		return filepath.Dir(dirs[0])
	}
	if p, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(p); err == nil {
			return filepath.Dir(real)
		}
	}
	return ""
}

func pgVersion(initdb string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb))))
	return n
}

func startCluster(bin string) {
	// Nobody cuts the power here: what kills a server has one of its own (PostgresServer).
	s, err := startServer(bin, "fsync=off", "full_page_writes=off")
	if cluster.err = err; err == nil {
		cluster.dir, cluster.stop = s.dir, s.Stop
	}
}

// ordinary is the user PostgreSQL runs as when the tests are root.
func ordinary() (uid, gid int, err error) {
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, _ = strconv.Atoi(u.Uid)
			gid, _ = strconv.Atoi(u.Gid)
			return uid, gid, nil
		}
	}
	return 0, 0, fmt.Errorf("no ordinary user (postgres, nobody) to run PostgreSQL as")
}

func chownToOrdinary(dir string) error {
	uid, gid, err := ordinary()
	if err != nil {
		return err
	}
	return os.Chown(dir, uid, gid)
}

func runAs(dir string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	if err := asOrdinary(cmd); err != nil {
		return err
	}
	// pg_ctl's server inherits the pipes; files let Wait return.
	out, err := os.CreateTemp("", "gw-pg-out-")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		b, _ := os.ReadFile(out.Name())
		return fmt.Errorf("%s: %w: %s", filepath.Base(args[0]), err, strings.TrimSpace(string(b)))
	}
	return nil
}

func token() string {
	var b [6]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
