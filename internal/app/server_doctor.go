package app

import "context"

// checkServer asks the database server how it keeps what it is given.
func (n *Node) checkServer(ctx context.Context, e *exam) {
	info, err := n.DB.Info(ctx)
	if err != nil {
		e.say(false, "database: %s", Sentence(err))
		return
	}
	e.say(true, "database: %s %s, %d MiB", info.Engine, info.Version, info.Bytes>>20)
	s, err := n.DB.ServerState(ctx)
	if err != nil {
		e.say(false, "database: %s", Sentence(err))
		return
	}
	for _, want := range []struct{ name, have string }{{"fsync", s.Fsync}, {"full_page_writes", s.FullPageWrites}} {
		e.say(want.have == "on", "database: %s is %s; without it a power cut damages the database", want.name, want.have)
	}
	e.say(s.SynchronousCommit != "off" && s.SynchronousCommit != "local", "database: synchronous_commit is %s", s.SynchronousCommit)
	switch {
	case s.SynchronousStandbys == "":
		e.note("database: no standby confirms what is saved; when this server is lost, so is what was saved last")
	case s.Standbys == 0:
		e.say(false, "database: %s should confirm what is saved, and none does at this moment", s.SynchronousStandbys)
	default:
		e.say(true, "database: %s", count(s.Standbys, "standby server")+" confirm what is saved")
	}
	if s.Checksums != "on" {
		e.note("database: data_checksums is %s; a page that rots on its disk is not seen", s.Checksums)
	}
	switch {
	case s.TLS:
		e.say(true, "database: the way to it is encrypted")
	case s.Local:
		e.say(true, "database: the way to it does not leave this machine")
	default:
		e.say(false, "database: the way to it is not encrypted; put sslmode=verify-full into its address")
	}
	e.note("database: whether its disk and its backups are encrypted is not seen from here")
}
