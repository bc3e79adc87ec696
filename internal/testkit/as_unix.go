//go:build unix

package testkit

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func asOrdinary(cmd *exec.Cmd) error {
	if os.Geteuid() != 0 {
		return nil
	}
	uid, gid, err := ordinary()
	if err != nil {
		return err
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	return nil
}

// Kill ends the server and every process of it as the loss of its machine does: at
// once, and without a word.
func (s *PostgresServer) Kill() error {
	pid, err := s.postmaster()
	if err != nil {
		return err
	}
	all := append(childrenOf(pid), pid)
	_ = syscall.Kill(pid, syscall.SIGSTOP) // it would start others meanwhile
	for _, p := range all {
		if err := syscall.Kill(p, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
	}
	return nil
}

func (s *PostgresServer) postmaster() (pid int, err error) {
	b, err := os.ReadFile(filepath.Join(s.data, "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(b), "\n")
	return strconv.Atoi(first)
}

// ProcessorTime is what the server and its processes have used, those that ended
// included (proc(5), /proc/pid/stat; the clock ticks a hundred times a second).
func (s *PostgresServer) ProcessorTime() (time.Duration, error) {
	pid, err := s.postmaster()
	if err != nil {
		return 0, err
	}
	ticks := 0
	for _, p := range append(childrenOf(pid), pid) {
		fields := statOf(strconv.Itoa(p))
		if len(fields) < 15 {
			continue // it has just ended
		}
		own := 2
		if p == pid {
			own = 4 // and its children that ended
		}
		for _, f := range fields[11 : 11+own] {
			n, _ := strconv.Atoi(f)
			ticks += n
		}
	}
	return time.Duration(ticks) * time.Second / 100, nil
}

// statOf are the fields of a process after its name, which may hold anything; the
// last bracket ends it.
func statOf(pid string) []string {
	b, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return nil
	}
	return strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
}

// childrenOf reads from /proc which processes a process began.
func childrenOf(pid int) (out []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		name := filepath.Base(filepath.Dir(path))
		if fields := statOf(name); len(fields) > 1 && fields[1] == strconv.Itoa(pid) {
			if child, err := strconv.Atoi(name); err == nil {
				out = append(out, child)
			}
		}
	}
	return out
}
