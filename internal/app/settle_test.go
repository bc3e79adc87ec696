package app_test

import (
	"slices"
	"testing"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/stewardship"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func TestEveryKindOfDocumentHasAnAreaThatAnswersForItsReviewItems(t *testing.T) {
	n := apptest.Start(t)
	covered := map[string]int{}
	for _, a := range n.Settlers() {
		if a.MaySettle == nil {
			t.Errorf("nobody checks who may settle %v", a.Kinds)
		}
		for _, k := range a.Kinds {
			covered[k]++
		}
	}
	for _, k := range app.Kinds() {
		if covered[k.Name] != 1 {
			t.Errorf("%d areas answer for %s, want one", covered[k.Name], k.Name)
		}
	}
	for kind := range stewardship.SettleActions() {
		if !slices.ContainsFunc(app.Kinds(), func(k journal.Kind) bool { return k.Name == kind }) {
			t.Errorf("%s is no kind", kind)
		}
	}
}
