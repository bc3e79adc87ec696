package place

import (
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

// PointKind is what stands at a point. Its word is "place.point." + kind.
type PointKind string

// The kinds of point.
const (
	Airport            PointKind = "airport"
	Port               PointKind = "port"
	GroundCrossing     PointKind = "ground_crossing"
	UnofficialCrossing PointKind = "unofficial_crossing"

	BusPark         PointKind = "bus_park"
	Market          PointKind = "market"
	ReceptionCentre PointKind = "reception_centre"
	TransitSite     PointKind = "transit_site"
	Camp            PointKind = "camp"
	Shelter         PointKind = "shelter"
	Detention       PointKind = "detention"

	FlowPoint      PointKind = "flow_point" // where a mobility survey counts who passes
	HealthFacility PointKind = "health_facility"
)

// PointKinds lists them: points of entry, points of congregation, then the rest.
var PointKinds = []PointKind{Airport, Port, GroundCrossing, UnofficialCrossing, BusPark, Market, ReceptionCentre, TransitSite, Camp, Shelter, Detention, FlowPoint, HealthFacility}

// Entry reports whether people enter a country there (IHR 2005, article 1).
func (k PointKind) Entry() bool {
	return k == Airport || k == Port || k == GroundCrossing || k == UnofficialCrossing
}

// Congregation reports whether people on the move gather there.
func (k PointKind) Congregation() bool {
	return slices.Contains([]PointKind{BusPark, Market, ReceptionCentre, TransitSite, Camp, Shelter, Detention}, k)
}

// guarded kinds put people in danger when it is known where they are (design,
// section 9); nobody can say that one of them is not.
func (k PointKind) guarded() bool {
	return k == UnofficialCrossing || k == Shelter || k == Detention
}

// Point is a point of entry, of congregation or of flow monitoring, journal kind
// "place.point". It need not be a site of Godwit's; Site names the one that is.
type Point struct {
	ID       db.ID             `json:"-"`
	Code     string            `json:"code,omitempty"`
	Kind     PointKind         `json:"kind,omitempty"`
	Names    map[string]string `json:"names,omitempty"`
	Also     []string          `json:"also,omitempty"`
	Country  string            `json:"country,omitempty"` // on whose side it stands
	Area     string            `json:"area,omitempty"`    // code of the smallest area that is known
	Faces    string            `json:"faces,omitempty"`   // of a crossing: the country on the other side
	Position *Position         `json:"position,omitempty"`
	Site     string            `json:"site,omitempty"` // code of the site of Godwit's there
	// Designated by the country under IHR (2005) article 20.
	Designated bool   `json:"designated,omitempty"`
	Source     string `json:"source,omitempty"`
	Note       string `json:"note,omitempty"`
	// Guarded: never exported or mapped finer than its first administrative level.
	// Always true of an unofficial crossing, a shelter and a place of detention.
	Guarded bool `json:"guarded,omitempty"`
	Closed  bool `json:"closed,omitempty"`
}

// Name is the point's name in a language, else in any, else its code.
func (p Point) Name(locale string) string { return nameOf(p.Names, locale, p.Code) }

// Keep reports whether where the point is must not leave: the marker, or the kind.
func (p Point) Keep() bool { return p.Guarded || p.Kind.guarded() }

// Valid returns one fault for each thing that is wrong.
func (p Point) Valid() []error {
	f := faults{op: "place.Point"}
	f.check(placeCode.MatchString(p.Code) && !isCountry(p.Code), "code", "code")
	f.check(slices.Contains(PointKinds, p.Kind), "kind", "point_kind")
	f.names(p.Names, p.Also)
	f.check(isCountry(p.Country), "country", "country")
	f.check(p.Area == "" || placeCode.MatchString(p.Area), "area", "code")
	f.check(p.Faces == "" || isCountry(p.Faces) && p.Faces != p.Country, "faces", "country")
	f.check(p.Position.valid(), "position", "position")
	f.check(p.Site == "" || siteCode.MatchString(p.Site), "site", "site_code")
	f.check(!p.Kind.guarded() || p.Guarded, "guarded", "guarded")
	return f.errs
}
