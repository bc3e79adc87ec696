//go:build !unix

package testkit

import (
	"errors"
	"os/exec"
	"time"
)

func asOrdinary(*exec.Cmd) error { return nil }

// Kill is for systems with signals.
func (s *PostgresServer) Kill() error { return errors.New("no signals here") }

// ProcessorTime is for systems that tell it.
func (s *PostgresServer) ProcessorTime() (time.Duration, error) {
	return 0, errors.New("not told here")
}
