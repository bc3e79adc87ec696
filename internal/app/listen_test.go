package app

import (
	"net"
	"testing"
)

func TestAPortInUseIsAnsweredWithTheNext(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	if _, _, err := Listen(taken.Addr().String(), false); err == nil {
		t.Fatal("a taken port was given twice")
	}
	l, moved, err := Listen(taken.Addr().String(), true)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if !moved || l.Addr().String() == taken.Addr().String() || !IsLoopback(l.Addr()) {
		t.Errorf("moved %v to %s", moved, l.Addr())
	}
}
