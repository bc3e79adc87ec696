package fault

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
)

func TestTheCodeSurvivesEachWrapping(t *testing.T) {
	cause := errors.New("disk on fire")
	e := &Error{Code: Unavailable, Op: "db.Write", Field: "photo", Key: "db.full", Args: map[string]any{"free": 3}, Err: cause}
	err := Wrap("people.Save", fmt.Errorf("while saving: %w", e))
	if CodeOf(err) != Unavailable || FieldOf(err) != "photo" || KeyOf(err) != "db.full" || ArgsOf(err)["free"] != 3 {
		t.Errorf("%v lost something", err)
	}
	if !errors.Is(err, cause) || !Is(err, Unavailable) || Is(err, Conflict) {
		t.Errorf("%v lost its cause or its code", err)
	}
	if want := "people.Save: unavailable (photo) [db.full]: while saving: db.Write: unavailable (photo) [db.full]: disk on fire"; err.Error() != want {
		t.Errorf("%s, want %s", err, want)
	}
}

func TestWhatIsNoFaultIsOurMistake(t *testing.T) {
	if CodeOf(nil) != "" || Wrap("x", nil) != nil || Is(nil, Internal) {
		t.Error("no error became one")
	}
	plain := errors.New("x")
	if CodeOf(plain) != Internal || KeyOf(plain) != "" || FieldOf(plain) != "" || ArgsOf(plain) != nil {
		t.Error("a plain error must be internal and say nothing to the user")
	}
}

func TestEachCodeHasItsStatus(t *testing.T) {
	for code, want := range map[Code]int{Invalid: http.StatusUnprocessableEntity, NotFound: http.StatusNotFound, Conflict: http.StatusConflict,
		Forbidden: http.StatusForbidden, Unavailable: http.StatusServiceUnavailable, Internal: http.StatusInternalServerError, "": http.StatusInternalServerError} {
		if got := code.Status(); got != want {
			t.Errorf("%q: %d, want %d", code, got, want)
		}
	}
	if e := Field("op", "name", "key"); e.Code != Invalid || e.Field != "name" {
		t.Errorf("Field made %v", e)
	}
	if e := New(Forbidden, "op", "key"); e.Code != Forbidden || e.Key != "key" {
		t.Errorf("New made %v", e)
	}
}
