package stock

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func TestWhatExpiresFirstGoesFirst(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		item := w.tablets("AMOX-250", 50, 400)
		w.in(item, "LATE", 500, 200)
		w.in(item, "SOON", 20, 100)
		w.Must(w.Issue(w.As("nurse"), db.NewID(), "CAMP", item, 120, "Ward 2"))
		if soon, late := w.left(item, "SOON"), w.left(item, "LATE"); soon != 0 || late != 180 {
			t.Errorf("soon %d, late %d", soon, late)
		}
		err := w.Issue(w.As("nurse"), db.NewID(), "CAMP", item, 181, "Ward 2")
		if fault.KeyOf(err) != "stock.error.short" || fault.FieldOf(err) != "n" || fault.ArgsOf(err)["count"] != int64(180) {
			t.Errorf("more than there is: %v", err)
		}
		id := db.NewID()
		w.Must(w.Issue(w.As("nurse"), id, "CAMP", item, 1, "Ward 2"))
		if err := w.Issue(w.As("nurse"), id, "CAMP", item, 1, "Ward 2"); fault.KeyOf(err) != "stock.error.sent_twice" {
			t.Errorf("sent twice: %v", err)
		}
	})
}

func TestWhatHasExpiredOrIsHeldIsGivenToNobody(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		item := w.tablets("AMOX-250", 0, 0)
		w.in(item, "OLD", 2, 100)
		w.in(item, "BAD", 90, 50)
		w.in(item, "GOOD", 300, 10)
		w.Now = w.Now.AddDate(0, 0, 3)
		w.Must(w.Hold(w.As("physician"), LotKey(item, "BAD"), "recalled"))
		c := w.card("nurse", "CAMP", item)
		if c.OnHand != 10 || c.Expired != 100 || c.Held != 50 {
			t.Errorf("on hand %d, expired %d, held %d", c.OnHand, c.Expired, c.Held)
		}
		if err := w.Issue(w.As("nurse"), db.NewID(), "CAMP", item, 11, "Ward"); fault.ArgsOf(err)["count"] != int64(10) {
			t.Errorf("%v", err)
		}
		w.Must(w.Lose(w.As("nurse"), db.NewID(), "CAMP", item, LotKey(item, "OLD"), 100, Expired, ""))
		w.Must(w.Hold(w.As("physician"), LotKey(item, "BAD"), ""))
		if c := w.card("nurse", "CAMP", item); c.OnHand != 60 || c.Expired != 0 {
			t.Errorf("after: %d, %d", c.OnHand, c.Expired)
		}
		if err := w.Receive(w.As("nurse"), Receipt{ID: db.NewID(), Site: "CAMP", Item: item, Number: "OLDER", Expiry: w.today() - 1, N: 5}); fault.KeyOf(err) != "stock.error.expired" {
			t.Errorf("expired at the door: %v", err)
		}
		if err := w.Receive(w.As("nurse"), Receipt{ID: db.NewID(), Site: "CAMP", Item: item, Number: "good", Expiry: w.today() + 9, N: 5}); fault.KeyOf(err) != "stock.error.other_expiry" {
			t.Errorf("one lot with two expiries: %v", err)
		}
	})
}

func TestACountSaysWhatDiffersAndIsNeverBelowZero(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		item := w.tablets("AMOX-250", 0, 0)
		w.in(item, "A", 90, 100)
		lot := LotKey(item, "A")
		nurse := w.As("nurse")
		if err := w.Count(nurse, db.NewID(), "CAMP", item, lot, -1, "x"); fault.KeyOf(err) != "stock.error.below_zero" {
			t.Errorf("%v", err)
		}
		if err := w.Count(nurse, db.NewID(), "CAMP", item, lot, 95, ""); fault.KeyOf(err) != "stock.error.words" {
			t.Errorf("without a word: %v", err)
		}
		w.Must(w.Count(nurse, db.NewID(), "CAMP", item, lot, 100, ""))
		w.Must(w.Count(nurse, db.NewID(), "CAMP", item, lot, 95, "five are broken"))
		if n := w.left(item, "A"); n != 95 || len(w.card("nurse", "CAMP", item).Lines) != 2 {
			t.Errorf("%d", n)
		}
		if err := w.Lose(nurse, db.NewID(), "CAMP", item, lot, 96, Damaged, ""); fault.KeyOf(err) != "stock.error.short" {
			t.Errorf("%v", err)
		}
		if err := w.Lose(nurse, db.NewID(), "CAMP", item, lot, 1, "eaten", ""); fault.FieldOf(err) != "reason" {
			t.Errorf("%v", err)
		}
	})
}

// Two nodes that did not see each other gave the same units: nobody is stopped, and it is
// told until somebody counts.
func TestABalanceBelowZeroAfterAMergeAsksForACount(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		item := w.tablets("AMOX-250", 0, 0)
		w.in(item, "A", 90, 10)
		a, _ := access.From(w.As("nurse"))
		w.Must(w.DB.Write(w.As("nurse"), func(tx *db.Tx) error { // what a node wrote that knew of more
			return w.note(tx, a.Author(), Movement{Site: "CAMP", Item: item, Lot: LotKey(item, "A"), N: -14, Why: Given})
		}))
		_, body := w.Get("nurse", "/stock?site=CAMP")
		w.Says(body, "1 lot stands below zero")
		if n := w.left(item, "A"); n != -4 {
			t.Errorf("%d", n)
		}
		w.Must(w.Count(w.As("nurse"), db.NewID(), "CAMP", item, LotKey(item, "A"), 0, "shelf is empty"))
		if _, body := w.Get("nurse", "/stock?site=CAMP"); strings.Contains(body, "below zero") && strings.Contains(body, "stands below") {
			t.Error("still told")
		}
	})
}

func TestATransferIsOnItsWayUntilItIsTakenIn(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		item := w.tablets("AMOX-250", 0, 0)
		w.in(item, "A", 90, 100)
		for to, field := range map[string]string{"CAMP": "to", "NONE": "to", "SHUT": "to"} {
			if err := w.Send(w.As("nurse"), db.NewID(), "CAMP", item, 5, to); fault.FieldOf(err) != field {
				t.Errorf("to %s: %v", to, err)
			}
		}
		w.Must(w.Send(w.As("nurse"), db.NewID(), "CAMP", item, 40, "FAR"))
		o, err := w.Overview(w.As("nurse_far"), "", 90)
		w.Must(err)
		if len(o.Transfer) != 1 || w.left(item, "A") != 60 || o.List[0].OnHand != 0 {
			t.Fatalf("%+v, %d", o.Transfer, w.left(item, "A"))
		}
		id := o.Transfer[0].ID
		if err := w.Arrive(w.As("nurse"), id, 40, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("taken in by the sender: %v", err)
		}
		if err := w.Arrive(w.As("nurse_far"), id, 41, ""); fault.KeyOf(err) != "stock.error.came" {
			t.Errorf("%v", err)
		}
		if err := w.Arrive(w.As("nurse_far"), id, 38, ""); fault.KeyOf(err) != "stock.error.words" {
			t.Errorf("%v", err)
		}
		w.Must(w.Arrive(w.As("nurse_far"), id, 38, "two broken"))
		if err := w.Arrive(w.As("nurse_far"), id, 38, "two broken"); fault.KeyOf(err) != "stock.error.arrived" {
			t.Errorf("%v", err)
		}
		if c := w.card("nurse_far", "FAR", item); c.OnHand != 38 || c.Shelves[0].Number != "A" {
			t.Errorf("%d", c.OnHand)
		}
	})
}

// What was given to persons stands in the card as one sum a day, whoever and whenever.
func TestACardDoesNotSayWhoGotSomething(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		item := w.tablets("AMOX-250", 0, 0)
		w.in(item, "A", 90, 100)
		a, _ := access.From(w.As("nurse"))
		for _, n := range []int64{21, 14} {
			w.Must(w.DB.Write(w.As("nurse"), func(tx *db.Tx) error {
				_, err := w.Give(tx, a.Author(), db.NewID(), "CAMP", item, n, w.today())
				return err
			}))
		}
		lines := w.card("nurse", "CAMP", item).Lines
		if len(lines) != 2 {
			t.Fatalf("%+v", lines)
		}
		for _, l := range lines {
			if l.Why == Given && (l.N != -35 || !l.Sum || !l.Lot.IsZero() || !l.By.IsZero() || !l.At.IsZero()) {
				t.Errorf("%+v", l)
			}
		}
		list, err := rowsInJournal(w, kindMovement)
		w.Must(err)
		for _, d := range list {
			if !d.Subject.IsZero() {
				t.Error("a movement is about a person")
			}
		}
	})
}

func rowsInJournal(w *world, kind string) (out []*journal.Doc, err error) {
	err = w.DB.Read(context.Background(), func(tx *db.Tx) error {
		rows, err := tx.Query("SELECT id FROM journal_documents WHERE kind = ?", kind)
		if err != nil {
			return err
		}
		ids, err := rows.IDs()
		for _, id := range ids {
			d, err := w.Journal.Load(tx, id)
			if err != nil {
				return err
			}
			out = append(out, d)
		}
		return err
	})
	return out, err
}

func TestTheBalanceIsTheSameWhenItIsBuiltAgain(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		item := w.tablets("AMOX-250", 0, 0)
		w.in(item, "A", 90, 100)
		w.in(item, "B", 50, 100)
		w.Must(w.Issue(w.As("nurse"), db.NewID(), "CAMP", item, 130, "Ward"))
		r, err := w.Journal.Rebuild(w.T.Context(), nil)
		w.Must(err)
		if !r.Same() || w.left(item, "A") != 70 || w.left(item, "B") != 0 {
			t.Errorf("%+v: %d, %d", r.Tables, w.left(item, "A"), w.left(item, "B"))
		}
	})
}

func TestWhoMayDoWhatWithAShelf(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		item := w.tablets("AMOX-250", 0, 0)
		w.in(item, "A", 90, 100)
		for login, want := range map[string]int{"nurse": 200, "physician": 200, "manager": 200, "reception": 403, "screener": 403, "administrator": 403, "privacy_officer": 403, "nurse_far": 403} {
			if code, _ := w.Get(login, "/stock?site=CAMP"); code != want {
				t.Errorf("%s looks: %d", login, code)
			}
			if code, _ := w.Get(login, "/stock/items/"+item.String()+"?site=CAMP"); code != want {
				t.Errorf("%s looks at the card: %d", login, code)
			}
		}
		if err := w.Issue(w.As("nurse_far"), db.NewID(), "CAMP", item, 1, "x"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("from afar: %v", err)
		}
		if _, err := w.SaveItem(w.As("nurse"), Item{Code: "X1", Name: "Xy", Sort: Kit, Unit: KitUnit}, "CAMP", Level{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse makes an item: %v", err)
		}
	})
}

func TestTheFormsOfAShelf(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		code, to := w.Post("manager", "/stock/new?site=CAMP", url.Values{"code": {"ORS"}, "name": {"ORS"}, "sort": {"medicine"}, "unit": {"sachet"}, "min": {"٥٠"}, "max": {"100"}})
		if code != 303 {
			t.Fatalf("%d %s", code, to)
		}
		item := ItemKey("ors")
		form := url.Values{"id": {db.NewID().String()}, "lot": {"L7"}, "expiry-month": {"12"}, "expiry-year": {"2027"}, "n": {"x"}, "party": {"UNICEF"}}
		code, body := w.Post("nurse", "/stock/items/"+item.String()+"/act/receive?site=CAMP", form)
		if code != 422 && code != 200 || !strings.Contains(body, "L7") || !strings.Contains(body, "UNICEF") {
			t.Errorf("what was typed is lost: %d", code)
		}
		form.Set("n", "60")
		if code, body := w.Post("nurse", "/stock/items/"+item.String()+"/act/receive?site=CAMP", form); code != 303 {
			t.Fatalf("%d %s", code, body)
		}
		c := w.card("nurse", "CAMP", item)
		if c.OnHand != 60 || c.Min != 50 || c.Next != calendar.DayOf(2027, 12, 31) {
			t.Errorf("%+v", c.Standing)
		}
		for _, show := range shows {
			if code, _ := w.Get("nurse", "/stock?show="+show+"&within=30"); code != 200 {
				t.Errorf("%s: %d", show, code)
			}
		}
	})
}
