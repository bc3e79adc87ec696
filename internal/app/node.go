package app

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/godwit-health/godwit/internal/app/packweb"
	"github.com/godwit-health/godwit/internal/area/assessment"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/area/border/ground"
	"github.com/godwit-health/godwit/internal/area/border/traveller"
	"github.com/godwit-health/godwit/internal/area/care/chart"
	"github.com/godwit-health/godwit/internal/area/care/course"
	"github.com/godwit-health/godwit/internal/area/care/encounter"
	"github.com/godwit-health/godwit/internal/area/care/mhpss"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/care/problem"
	"github.com/godwit-health/godwit/internal/area/care/referral"
	"github.com/godwit-health/godwit/internal/area/care/team"
	"github.com/godwit-health/godwit/internal/area/mobility"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/programme/campaign"
	tallies "github.com/godwit-health/godwit/internal/area/programme/count"
	"github.com/godwit-health/godwit/internal/area/programme/report"
	"github.com/godwit-health/godwit/internal/area/stewardship"
	"github.com/godwit-health/godwit/internal/area/stock"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/across"
	"github.com/godwit-health/godwit/internal/area/surveillance/alert"
	"github.com/godwit-health/godwit/internal/area/surveillance/analysis"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/area/surveillance/outbreak"
	"github.com/godwit-health/godwit/internal/area/surveillance/ready"
	"github.com/godwit-health/godwit/internal/area/travel"
	"github.com/godwit-health/godwit/internal/edge/backup"
	edgesync "github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/key"
	"github.com/godwit-health/godwit/internal/kernel/mark"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
	"github.com/godwit-health/godwit/internal/kernel/seal"
	"github.com/godwit-health/godwit/internal/kernel/tally"
	"github.com/godwit-health/godwit/packs"
)

// The files of a node's folder.
const (
	DatabaseFile = "godwit.db"
	SlotsFile    = "godwit.slots" // and godwit.slots.new while it is written
	KeyFile      = "godwit.key"   // a demo's, and a node's from before there were slots
	goneFile     = "destroyed"    // says that the slots were destroyed on purpose
	LockFile     = "godwit.lock"
	SocketFile   = "godwit.sock"
	DemoFile     = "demo"
	ExerciseFile = "exercise"   // beside demoFile: nothing in the folder happened
	tlsFile      = "godwit.tls" // the key and certificate of the pages, and godwit.tls.new while it is written
)

// Options say which node to open.
type Options struct {
	Dir string // made if it does not exist
	// Database is the PostgreSQL database of a hub, in place of a folder.
	Database string
	// Replica is a standby of it for reports (db.DB.ReadStale).
	Replica string
	Demo    bool // refuse a folder that is a real node's
	// Exercise makes a folder one of an exercise, which is a demo's too and stays one.
	Exercise bool
	Clock    func() time.Time
	Log      *slog.Logger
	Country  string // where new cases are examined, alpha-3

	// Hosts are names and addresses by which browsers reach this node, beside the
	// loopback ones; a request for any other host is refused.
	Hosts []string
	// Secure says that a TLS proxy is in front: cookies travel over TLS only.
	Secure bool
	// Public is the address by which travellers' own phones reach this node, such as
	// https://poe.example.org; "" is the one at which a poster is opened.
	Public string
	// HTTPS serves the pages over TLS with a certificate of the node's own authority.
	HTTPS bool

	// SyncAddr is where this installation listens for nodes, which makes it a hub, and
	// SyncName the host:port by which they reach it.
	SyncAddr, SyncName string
	FilesOnly          bool // a hub that listens for nobody: what it shares goes as files

	// What unlocks a node with key slots: the key file of its host, or a user's
	// password. Neither is needed while somebody can log in.
	KeyFile      string
	As, Password string

	SlotCost key.Cost // of a slot file that is made; tests take the least there is
	Quick    bool     // log-ins of the demo's cost; tests

	Remake bool // clear away a demo's world that was left half made
}

// isHub reports whether an installation is one that others know as a hub.
func (o Options) isHub() bool { return o.SyncAddr != "" || o.Database != "" || o.FilesOnly }

// Node is one installation in one folder, open.
type Node struct {
	host       *Host
	Dir        string
	DB         *db.DB
	Journal    *journal.Journal
	Access     *access.Access
	Pages      *page.Renderer
	Packs      *pack.Registry
	Sites      *place.Sites
	Gazetteer  *place.Gazetteer
	People     *people.Service
	Orders     *order.Service
	Encounters *encounter.Service
	Problems   *problem.Service
	Courses    *course.Service
	Referrals  *referral.Service
	Charts     *chart.Service
	Stock      *stock.Service
	Assessment *assessment.Service
	Steward    *stewardship.Service
	Signals    *surveillance.Service
	Cases      *linelist.Service
	Alerts     *alert.Service
	Desk       *analysis.Service
	Outbreaks  *outbreak.Service
	Across     *across.Service
	Travel     *travel.Service
	Border     *border.Service
	Travellers *traveller.Service
	Ground     *ground.Service
	Ready      *ready.Service
	Mobility   *mobility.Service
	Rooms      Rooms
	Reports    *report.Service
	Campaigns  *campaign.Service
	Sync       *edgesync.Service
	Demo       bool
	Exercise   bool // nothing here happened (exercise.go)

	log     *slog.Logger
	clock   func() time.Time
	door    *page.Door
	mux     *http.ServeMux
	handler http.Handler

	rulesChanged chan struct{}   // wakes sweepRules
	declared     chan struct{}   // wakes lookAtOutbreaks
	keyTurns     chan struct{}   // wakes turnKeys
	arrivals     chan struct{}   // wakes lookAgain
	syncNow      chan struct{}   // wakes syncWithHub
	nodes        *nodesAt        // where a hub listens for its nodes, or nil
	life         context.Context // of every request; ended when the records are destroyed
	end          context.CancelFunc
	rolledBack   atomic.Bool // the slot file is older than the database knows of

	backingUp      sync.Mutex    // one backup at a time
	backupsChanged chan struct{} // wakes keepBackups

	close    sync.Once
	closeErr error
}

// IsNode reports whether a folder holds a node's database.
func IsNode(dir string) bool { return exists(dir, DatabaseFile) }

// fits refuses a folder that is for something else: a real node's for a demo, a
// demo's for a real node, and one that holds other files, such as a home folder
// given by mistake.
func fits(o Options) error {
	switch {
	case IsNode(o.Dir) && o.Demo && !IsDemo(o.Dir):
		return fmt.Errorf("%s holds a node that is not a demo; give an empty folder with --dir", o.Dir)
	case o.Remake && !o.Exercise && IsExercise(o.Dir):
		return fmt.Errorf("%s holds an exercise; give an empty folder with --dir", o.Dir)
	case IsNode(o.Dir) && o.Exercise && !IsExercise(o.Dir):
		return fmt.Errorf("%s holds a demo that is no exercise; give an empty folder", o.Dir)
	case IsNode(o.Dir) && !o.Demo && IsDemo(o.Dir):
		return fmt.Errorf("%s holds a demo; a real node needs a folder of its own", o.Dir)
	case IsNode(o.Dir):
		return nil
	}
	entries, err := os.ReadDir(o.Dir)
	if err != nil {
		return &fault.Error{Code: fault.Unavailable, Op: "app.Open", Key: "app.folder", Err: err}
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case name == RestoringDir:
			return fmt.Errorf("%s holds a restore that was cut off; run `godwit restore` again with the same --dir", o.Dir)
		case slices.Contains([]string{KeyFile, LockFile, SocketFile, DemoFile, ExerciseFile, goneFile, "lost+found"}, name), strings.HasPrefix(name, DatabaseFile), strings.HasPrefix(name, SlotsFile), strings.HasPrefix(name, tlsFile):
		default:
			return fmt.Errorf("%s holds other files (%s) and no node; give an empty folder with --dir", o.Dir, name)
		}
	}
	return nil
}

// migrations of every area, in the order of the house.
func migrations() []db.Migration {
	var all []db.Migration
	for _, m := range [][]db.Migration{
		db.Migrations(),
		journal.Migrations(),
		tally.Migrations(),
		access.Migrations(),
		seal.Migrations(),
		place.Migrations(),
		pack.Migrations(),
		edgesync.Migrations(),
		people.Migrations(),
		stock.Migrations(),
		surveillance.Migrations(),
		linelist.Migrations(),
		alert.Migrations(),
		analysis.Migrations(),
		outbreak.Migrations(),
		ready.Migrations(),
		across.Migrations(),
		border.Migrations(),
		traveller.Migrations(),
		ground.Migrations(),
		mobility.Migrations(),
		order.Migrations(),
		encounter.Migrations(),
		problem.Migrations(),
		course.Migrations(),
		referral.Migrations(),
		assessment.Migrations(),
		travel.Migrations(),
		campaign.Migrations(),
		stewardship.Migrations(),
		tallies.Migrations(),
		report.Migrations(),
		backup.Migrations(),
		httpsMigrations(),
	} {
		all = append(all, m...)
	}
	return all
}

// kinds of every area.
func kinds() []journal.Kind {
	var all []journal.Kind
	for _, k := range [][]journal.Kind{
		access.Kinds(),
		seal.Kinds(),
		place.Kinds(),
		pack.Kinds(),
		edgesync.Kinds(),
		people.Kinds(),
		stock.Kinds(),
		surveillance.Kinds(),
		linelist.Kinds(),
		alert.Kinds(),
		analysis.Kinds(),
		outbreak.Kinds(),
		ready.Kinds(),
		across.Kinds(),
		border.Kinds(),
		traveller.Kinds(),
		ground.Kinds(),
		mobility.Kinds(),
		order.Kinds(),
		encounter.Kinds(),
		problem.Kinds(),
		course.Kinds(),
		referral.Kinds(),
		assessment.Kinds(),
		travel.Kinds(),
		campaign.Kinds(),
		stewardship.Kinds(),
		report.Kinds(),
	} {
		all = append(all, k...)
	}
	return tallies.Counting(all)
}

// words is a package below the pages that has sentences and no page.
func words(name string, locales embed.FS) page.Area {
	return page.Area{Name: name, Templates: locales, Locales: locales}
}

// Areas are the pages and words of every area.
func Areas() []page.Area {
	return []page.Area{
		words("mark", mark.Locales), words("key", key.Locales), words("db", db.Locales), words("journal", journal.Locales), words("tally", tally.Locales), words("place", place.Locales), words("sync", edgesync.Locales),
		words("backup", backup.Locales),
		words("seal", seal.Locales),
		team.Pages(),
		mhpss.Pages(),
		{Name: "people", Templates: people.Templates, Locales: people.Locales},
		stock.Pages(),
		surveillance.Pages(),
		linelist.Pages(),
		alert.Pages(),
		analysis.Pages(),
		outbreak.Pages(),
		ready.Pages(),
		across.Pages(),
		travel.Pages(),
		encounter.Pages(),
		problem.Pages(),
		course.Pages(),
		referral.Pages(),
		chart.Pages(),
		border.Pages(),
		traveller.Pages(),
		ground.Pages(),
		mobility.Pages(),
		report.Pages(),
		campaign.Pages(),
		{Name: "order", Templates: order.Templates, Locales: order.Locales}, assessment.Pages(), stewardship.Pages(), packweb.Area(), ownPages(),
	}
}

// Open opens the node of a folder with what the options have to unlock it, and
// makes it if the folder is empty and a demo's. While it is open no other process
// can open it: fault.Unavailable says so.
func Open(ctx context.Context, o Options) (*Node, error) {
	h, err := Claim(o)
	if err != nil {
		return nil, err
	}
	n, err := h.OpenWith(ctx, o)
	if err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return n, nil
}

func (n *Node) open(ctx context.Context, o Options) error {
	var err error
	if o.onServer() {
		if err := wholeServer(ctx, o.Database); err != nil {
			return err
		}
	}
	if n.DB, err = db.Open(ctx, n.host.store()); err != nil {
		return err
	}
	if n.Journal, err = journal.New(journal.Options{DB: n.DB, Kinds: kinds(), Clock: o.Clock, Built: built(), Exercise: n.Exercise}); err != nil {
		return err
	}
	if err := n.oneWorld(ctx); err != nil {
		return err
	}
	if err := n.Journal.CatchUp(ctx); err != nil {
		return err
	}
	var cost access.Cost
	if o.Demo || o.Quick {
		cost = access.QuickCost() // the demo prints its one password: a dear hash would protect nothing
	}
	if n.Access, err = access.New(access.Options{DB: n.DB, Journal: n.Journal, Clock: o.Clock, Hosts: o.Hosts, Secure: o.Secure || o.HTTPS, Unpinned: o.HTTPS, Cost: cost,
		Open:    []string{stewardship.PathReply, referral.PathReply, installPath + "/", traveller.PathDeclare},
		Fail:    func(w http.ResponseWriter, r *http.Request, err error) { n.door.Fail(w, r, err) },
		Refused: func(w http.ResponseWriter, r *http.Request, subject db.ID) { n.door.Refused(w, r, subject) }}); err != nil {
		return err
	}
	n.arrivals, n.syncNow = make(chan struct{}, 1), make(chan struct{}, 1)
	n.Sync = n.newSync(o)
	if _, err := n.Sync.Status(ctx); err != nil { // it remembers whom to tell if the records are destroyed
		return err
	}
	if o.SyncAddr != "" {
		n.nodes = &nodesAt{o.SyncAddr}
	}
	n.Sites = place.NewSites(n.DB, n.Journal, n.Access)
	n.Gazetteer = place.NewGazetteer(n.DB, n.Journal, n.Access)
	n.Packs = pack.NewRegistry(pack.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Clock: o.Clock})
	n.rulesChanged = make(chan struct{}, 1)
	n.Packs.OnChange(n.tellSweep)
	if err := n.services(o); err != nil {
		return err
	}
	if _, err := n.Packs.SyncShipped(access.Operator(ctx), packs.Builtin()); err != nil {
		return err
	}
	n.handler = n.routes()
	return n.followAccounts(ctx)
}

// services builds every area and ties them together: what one area must hear of
// another, without importing it, is said here.
func (n *Node) services(o Options) error {
	n.People = people.New(people.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Sites: n.Sites, Pages: n.Pages, Clock: o.Clock, Elsewhere: n.elsewhere})
	n.Signals = surveillance.New(surveillance.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, Sites: n.Sites, Places: unitsOf{n.Gazetteer}, Packs: n.Packs, Clock: o.Clock})
	n.Cases = linelist.New(linelist.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, People: n.People, Packs: n.Packs, Sites: n.Sites, Clock: o.Clock,
		Lists: n.Signals.Lists(), Origins: originsOf{n}})
	n.Alerts = n.newAlerts(o)
	n.Desk = analysis.New(analysis.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, Signals: n.Signals, Cases: n.Cases, Alerts: n.Alerts, Packs: n.Packs, Sites: n.Sites, Clock: o.Clock})
	n.outbreaks(o)
	n.acrossBorders(o)
	n.Border = border.New(border.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, Sites: n.Sites, Places: n.Gazetteer, Signals: n.Signals, Clock: o.Clock})
	n.Travellers = traveller.New(traveller.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, Border: n.Border, Signals: n.Signals, Packs: n.Packs, Clock: o.Clock,
		Exposed: n.exposedDeclared, Address: traveller.Address{Public: o.Public, Secure: o.Secure, Here: o.Demo}})
	n.Border.Held = n.Travellers.HeldIn
	n.Ground = ground.New(ground.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, Border: n.Border, Packs: n.Packs, Clock: o.Clock})
	n.Border.Ready, n.Border.Tasks = n.Ground.Ready, n.Ground.Tasks
	n.Ready = n.newReady(o)
	n.Mobility = mobility.New(mobility.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Gazetteer: n.Gazetteer, Counts: n.Signals, Pages: n.Pages, Clock: o.Clock})
	n.care(o)
	n.sealRooms(o)
	n.Assessment = assessment.New(assessment.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, Packs: casePacks{n.Packs},
		People: exposedPeople{n.People, n.Outbreaks}, Orders: ordersOf{n.Orders}, Clock: o.Clock, Country: o.Country})
	n.People.OnChange(func(ctx context.Context, tx *db.Tx, person db.ID, cause string) error {
		if isQuiet(ctx) {
			return nil
		}
		return n.journeyed(ctx, tx, person, cause)
	})
	n.People.OnConsent(n.Orders.Consented)
	n.People.OnRecord(n.Encounters.Links)
	n.People.OnRecord(n.Problems.Links)
	n.People.OnRecord(n.Assessment.Links)
	n.Orders.OnResult(func(ctx context.Context, tx *db.Tx, r order.Result) error {
		if isQuiet(ctx) {
			return nil
		}
		cause := "result"
		if !r.Corrects.IsZero() || r.InError {
			cause = "correction"
		}
		return n.Assessment.Changed(ctx, tx, r.Subject, cause)
	})
	n.Orders.OnResult(n.labSignal)
	n.Orders.OnStatus(func(ctx context.Context, tx *db.Tx, ord order.Order) error {
		if isQuiet(ctx) {
			return nil
		}
		return n.Assessment.Changed(ctx, tx, ord.Subject, "result")
	})
	n.programme(o)
	n.campaigns(o)
	n.travels(o)
	n.steward(o)
	return n.Access.Register(n.outlets()...)
}

// care builds what a clinic works with; the areas after it read it.
func (n *Node) care(o Options) {
	n.medicines(o)
	n.Orders = order.New(order.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, Packs: packsOf{n.Packs}, People: peopleOf{n.People},
		Safety: stationSafety{n}, Consents: n.People, Users: usersOf{}, Here: n.People.Here, Numbered: n.People.Numbered, After: afterResult, Clock: o.Clock})
	n.Encounters = encounter.New(encounter.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, Packs: carePacks{n.Packs}, People: followedPeople{n.People, n}, Orders: n.Orders, Clock: o.Clock})
	n.Problems = problem.New(problem.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, People: n.People, Signals: n.Signals, Clock: o.Clock})
	n.courses(o)
	n.referrals(o)
	n.charts(o)
}

// steward builds the rights of persons and the agreements, which read every area that
// holds a record.
func (n *Node) steward(o Options) {
	var link stewardship.Link
	var cards stewardship.Cards
	if o.isHub() {
		link, cards = HubLink{Sync: n.Sync}, HubCards{n.Sync}
	}
	n.Steward = stewardship.New(stewardship.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, People: n.People, Clock: o.Clock, Areas: n.settlers(), Elsewhere: n.tookOver,
		Units: n.shared, Renew: n.People.RenewFamily, Name: o.SyncName, Sites: n.Sites, Sharers: append(Sharers(n.People, n.Orders, n.Assessment), NoticeSharers()...), Link: link, Cards: cards, Diseases: DiseaseCodes(n.Signals.Lists()), Register: across.RegisterLink})
	n.Sync.Sharing = WithNotices(SharingOf(n.Steward), n.Across)
	n.People.OnRecord(n.Steward.Links)
}

// outlets are every way on which something of a person may leave, by area.
func (n *Node) outlets() []access.Route {
	var all []access.Route
	for _, list := range [][]access.Route{
		people.Outlets(),
		linelist.Outlets(),
		across.Outlets(),
		analysis.Outlets(),
		ready.Outlets(),
		order.Outlets(),
		referral.Outlets(),
		chart.Outlets(),
		mobility.Outlets(),
		report.Outlets(),
		assessment.Outlets(),
		travel.Outlets(),
		n.Steward.Outlets(),
	} {
		all = append(all, list...)
	}
	return all
}

// Close gives back the folder and what the node holds of it. What was acknowledged
// is durable already.
func (n *Node) Close() error { return n.host.Close() }

// shut closes the database.
func (n *Node) shut() error {
	n.close.Do(func() {
		defer n.end()
		if n.Journal != nil {
			n.closeErr = n.Journal.Close(context.Background())
		}
		if n.DB != nil {
			n.closeErr = errors.Join(n.closeErr, n.DB.Close())
		}
	})
	return n.closeErr
}
