package rooms

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/area/care/mhpss"
	"github.com/godwit-health/godwit/internal/area/care/team"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// What the room keeps; none of it may stand anywhere else.
const (
	roomName = "Zaffre heron room"
	nickname = "Kestrelwing"
	aims     = "quizzical marionettes"
	wants    = "to hear the nightjar again"
	note     = "spoke of the blue lighthouse"
	contact  = "under the tamarind, by Obadele"
	duty     = "Wilhelmina Dogwood"
)

var words = []string{roomName, nickname, aims, wants, note, contact, duty, "support.case", "support.talk", "support.session", "mhpss"}

// readers are those whose pages are compared: none is a member.
var readers = []access.Role{access.Administrator, access.Nurse, access.Reception, access.Epidemiologist, access.PrivacyOfficer, access.MedicalOfficer}

// sealed keeps a session and the support of somebody in a room of the counsellor, whose rooms
// are closed again after it.
func sealed(n *apptest.Node, person db.ID) {
	n.T.Helper()
	ctx := access.For(n.Actor(access.Counsellor), "care")
	must := func(err error) {
		n.T.Helper()
		if err != nil {
			n.T.Fatal(err)
		}
	}
	v, s := n.Rooms.Vault, n.Rooms.Support
	must(v.Open(ctx, access.DemoPassword))
	defer v.Close(ctx)
	room, id := db.NewID(), db.NewID()
	a, _ := access.From(ctx)
	must(v.Found(ctx, room, roomName, string(team.Support), a.Sites[0]))
	today := apptest.Today(n)
	must(s.OnDuty(ctx, room, db.NewID(), mhpss.Duty{Name: duty, Reach: "tent", Until: today}))
	must(s.Gather(ctx, room, db.NewID(), mhpss.Session{Day: today, Name: "Puppets", Aims: aims, Girls: 8, Boys: 6, Nicknames: []string{nickname}, Answers: map[string][]string{"activity": {"recreational"}},
		Facilitators: []mhpss.Facilitator{{Name: "A", Vetted: today - 9}, {Name: "B", Vetted: today - 9}}}))
	must(s.Begin(ctx, id, room, person, mhpss.Begun{Mode: mhpss.Individual, Explained: true, Agreed: true, Wants: wants}, mhpss.Contact{How: contact}))
	must(s.Talked(ctx, id, db.NewID(), mhpss.Talk{Day: today, Mode: mhpss.Individual, Note: note}))
	must(s.Refer(ctx, id, db.NewID(), mhpss.Referral{To: "somebody", Agreed: true}))
	if _, err := s.Look(ctx, id); err != nil {
		n.T.Fatal(err)
	}
}

// The twins have all the same but their names, which a search for doubles must tell apart.
var names = [2][2]string{{"Valdes", "Orrin"}, {"Kateba", "Sumbu"}}

// twin registers one of two persons of whom everything else is the same.
func twin(n *apptest.Node, which int) db.ID {
	return n.Register(n.At(access.Reception), "family_latin", names[which][0], "given_latin", names[which][1], "sex", "female", "birth-year", "1991", "birth-month", "5", "birth-day", "4")
}

var (
	anyID     = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	anyCode   = regexp.MustCompile(`[0-9A-Z]{5}-[0-9A-Z]{5}\b`)
	anySecond = regexp.MustCompile(`(T\d\d:\d\d):\d\d(\.\d+)?Z`) // the clock of a test moves at each reading
	anyName   = regexp.MustCompile(`Valdes|Kateba|VALDES|KATEBA`)
	anyGiven  = regexp.MustCompile(`Orrin|Sumbu|ORRIN|SUMBU`)
)

// plain is a page in which ids and codes, which are drawn by chance, are what they are to each
// other: the first, the second.
func plain(body string) string {
	body = anyGiven.ReplaceAllString(anyName.ReplaceAllString(anySecond.ReplaceAllString(body, "$1:00Z"), "FAMILY"), "GIVEN")
	for _, re := range []*regexp.Regexp{anyID, anyCode} {
		seen := map[string]string{}
		body = re.ReplaceAllStringFunc(body, func(id string) string {
			if seen[id] == "" {
				seen[id] = fmt.Sprint("#", len(seen))
			}
			return seen[id]
		})
	}
	return body
}

var (
	anyBase = regexp.MustCompile(`name="base" value="[^"]*"`)
	anyCard = regexp.MustCompile(`<path[^>]* d="[^"]*"`)
)

// apart is a page without what two persons never share: the number of the change that made
// them, and the drawing of their code.
func apart(body string) string {
	return anyCard.ReplaceAllString(anyBase.ReplaceAllString(body, "BASE"), "CARD")
}

// about opens every page about somebody that a reader can get to from the person's own: links
// within pages whose address names them, and the ways that every person has.
func about(v *apptest.Visitor, person db.ID, which int) map[string]string {
	own := person.String()
	todo := []string{"/people/" + own}
	for _, way := range []string{"/edit/name", "/edit/sex", "/journey", "/stays/new", "/documents/new", "/contacts/new", "/consents", "/consent/assessment", "/consent/research", "/photo", "/family", "/relations", "/handover",
		"/ask/pregnancy", "/print/slip", "/print/copy", "/print/looked", "/print/consent/assessment", "/photo.jpg"} {
		todo = append(todo, "/people/"+own+way)
	}
	todo = append(todo, "/exposure/"+own, "/glass/"+own, "/care/new?person="+own, "/cases/new?person="+own, "/linelist/new?person="+own, "/support/new?person="+own, "/rights/new?person="+own,
		"/review/"+own+"?topic=wristband", "/people/find?q="+names[which][0], "/people", "/", "/care", "/cases", "/worklist", "/sync", "/surveillance", "/rooms", "/support")
	pages := map[string]string{}
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		key := plain(strings.ReplaceAll(path, own, "WHO"))
		if _, done := pages[key]; done {
			continue
		}
		a := v.Get(path)
		pages[key] = fmt.Sprint(a.Status, " ", plain(strings.ReplaceAll(a.Path, own, "WHO")), "\n", plain(a.Body))
		if a.Doc == nil {
			continue
		}
		for _, l := range a.Links() {
			if strings.Contains(l, own) && !strings.Contains(l, "/lang/") {
				todo = append(todo, l)
			}
		}
	}
	return pages
}

func TestTwinsWithAndWithoutASealedRecordLookTheSame(t *testing.T) {
	n := apptest.Start(t)
	with := twin(n, 0)
	without := twin(n, 1)
	// Whose pages are drawn from the same list stand in it in one order: before and after.
	before := map[access.Role][2]map[string]string{}
	for _, role := range readers {
		v := n.At(role)
		before[role] = [2]map[string]string{about(v, with, 0), about(v, without, 1)}
	}
	sealed(n, with)
	opened := 0
	for _, role := range readers {
		v := n.At(role)
		one, other := about(v, with, 0), about(v, without, 1)
		for _, pair := range []struct {
			what        string
			left, right map[string]string
		}{{"the twins", one, other}, {"the same person before and after", before[role][0], one}} {
			for key := range pair.left {
				if _, ok := pair.right[key]; !ok {
					t.Errorf("%s, %s: only one has %s", role, pair.what, key)
				}
			}
			for key, page := range pair.right {
				if strings.Contains(key, "/print/looked") && pair.what != "the twins" {
					continue // it lists the readers of this test itself, who came twice
				}
				had, ok := pair.left[key]
				if pair.what == "the twins" {
					had, page = apart(had), apart(page)
				}
				if !ok || had != page {
					t.Errorf("%s, %s: %s differs: %s", role, pair.what, key, where(had, page))
				}
			}
		}
		for key, page := range one {
			if strings.HasPrefix(page, "200") {
				opened++
			}
			for _, w := range words {
				if strings.Contains(page, w) && w != "mhpss" {
					t.Errorf("%s reads %q on %s", role, w, key)
				}
			}
		}
	}
	if opened < 40 {
		t.Errorf("only %d pages were open to anybody: the test shows little", opened)
	}
}

// where is the first difference of two pages.
func where(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return fmt.Sprintf("%q, then %q and %q", a[max(0, i-60):i], a[i:min(len(a), i+60)], b[i:min(len(b), i+60)])
}

// everything is every cell of every table that a reader of the database with its key gets to.
func everything(n *apptest.Node) (cells [][]byte, tables int) {
	n.T.Helper()
	n.Read(func(tx *db.Tx) error {
		cells, tables = nil, 0
		list, err := tx.Tables()
		if err != nil {
			return err
		}
		for _, table := range list {
			tables++
			for _, c := range table.Columns {
				rows, err := tx.Query(`SELECT CAST("` + c + `" AS BLOB) FROM "` + table.Name + `" WHERE "` + c + `" IS NOT NULL`)
				if err != nil {
					return err
				}
				for rows.Next() {
					var b []byte
					if err := rows.Scan(&b); err != nil {
						return errors.Join(err, rows.Close())
					}
					cells = append(cells, bytes.Clone(b))
				}
				if err := rows.Close(); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return cells, tables
}

func count(cells [][]byte, what []byte) (n int) {
	for _, c := range cells {
		n += bytes.Count(c, what)
	}
	return n
}

func TestWhoeverReadsTheDatabaseWithItsKeyLearnsNothing(t *testing.T) {
	n := apptest.Start(t)
	with := twin(n, 0)
	before, _ := everything(n)
	sealed(n, with)
	after, tables := everything(n)
	if tables < 50 || count(after, []byte("Orrin")) == 0 || count(after, with[:]) == 0 {
		t.Fatalf("%d tables, and what is not sealed is not found either: the test reads too little", tables)
	}
	for _, w := range words {
		if n := count(after, []byte(w)); n != count(before, []byte(w)) {
			t.Errorf("%q stands in the database %d times", w, n)
		}
	}
	// The person is named nowhere that they were not named before.
	for _, id := range [][]byte{with[:], []byte(with.String())} {
		if b, a := count(before, id), count(after, id); a != b {
			t.Errorf("the person stood in %d cells, and stands in %d", b, a)
		}
	}
	// Nor is the counsellor as the author of anything in the journal.
	n.Read(func(tx *db.Tx) error {
		var leaves, said int
		if err := tx.Row("SELECT count(*) FROM seal_leaf").Scan(&leaves); err != nil {
			return err
		}
		err := tx.Row("SELECT count(DISTINCT length(body)) FROM seal_leaf").Scan(&said)
		if leaves < 8 || said > 4 {
			t.Errorf("%d leaves of %d sizes", leaves, said)
		}
		return err
	})
}

func TestAHubThatSyncedItLearnsNothing(t *testing.T) {
	hub := apptest.StartHub(t)
	n := apptest.StartOther(t)
	chief := n.At(access.Administrator)
	chief.Pick(chief.Get("/sync"), "/sync/enrol").Set("code", hub.Invited("Laptop 1", "NBO-1")).Send().Says(t, 200, "This device is enrolled")
	exchange := func() { chief.Pick(chief.Get("/sync"), "/sync/now").Send().Says(t, 200) }
	with := twin(n, 0)
	exchange()
	before, _ := everything(hub)
	sealed(n, with)
	exchange()
	after, _ := everything(hub)
	hub.Read(func(tx *db.Tx) error {
		var leaves int
		err := tx.Row("SELECT count(*) FROM seal_leaf").Scan(&leaves)
		if leaves < 8 {
			t.Fatalf("%d leaves came to the hub: the test reads nothing", leaves)
		}
		return err
	})
	if count(after, []byte("Orrin")) == 0 {
		t.Fatal("the person did not come to the hub")
	}
	for _, w := range words {
		if got := count(after, []byte(w)); got != count(before, []byte(w)) {
			t.Errorf("%q stands at the hub %d times", w, got)
		}
	}
	for _, id := range [][]byte{with[:], []byte(with.String())} {
		if b, a := count(before, id), count(after, id); a != b {
			t.Errorf("the person stood in %d cells of the hub, and stands in %d", b, a)
		}
	}
}
