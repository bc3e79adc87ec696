package app

import (
	"context"
	"testing"
)

func TestTheDemoWorldIsMade(t *testing.T) {
	families := 40
	n, err := OpenDemo(context.Background(), t.TempDir(), DemoOptions{Seed: 1, Families: families})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	report, err := n.Journal.Verify(context.Background())
	if err != nil || !report.OK() {
		t.Fatalf("chain: %v %v", err, report.Problems)
	}
	t.Logf("%d entries", report.Entries)
}
