package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// What commands say of sites and places.
type (
	Site          = place.Site
	SiteKind      = place.SiteKind
	Position      = place.Position
	ImportOptions = place.ImportOptions
	ImportSubject = place.Subject
	PointKind     = place.PointKind
	BoundarySet   = place.BoundarySet
	Properties    = place.Properties
	PlaceQuery    = place.Query
	PlaceName     = place.Name
)

// What a query of places asks for, and the target of a name that is no place.
const (
	IsArea  = place.IsArea
	IsPoint = place.IsPoint
	NoPlace = place.NoPlace
)

// usualStations are those of a site whose stations nobody named.
const usualStations = 7

// sites lists the node's sites.
func (n *Node) sites(ctx context.Context) (all []place.Site, err error) {
	err = n.DB.Read(ctx, func(tx *db.Tx) (err error) { all, err = n.Sites.All(tx); return err })
	return all, err
}

// setSite makes a site, or changes what the command names of one.
func (n *Node) setSite(ctx context.Context, c place.Site) ([]string, error) {
	all, err := n.sites(ctx)
	if err != nil {
		return nil, err
	}
	site, verb := c, "made"
	if site.Kind == "" {
		site.Kind = place.Centre
	}
	if len(site.Stations) == 0 {
		site.Stations = place.Stations[:usualStations]
	}
	for _, old := range all {
		if old.Code == c.Code {
			site, verb = merged(old, c), "changed"
		}
	}
	if err := n.Sites.Save(ctx, site); err != nil {
		return nil, err
	}
	return []string{verb + " site " + siteLine(site)}, nil
}

// merged lays what was given over what was there.
func merged(old, given place.Site) place.Site {
	if given.Kind != "" {
		old.Kind = given.Kind
	}
	if given.Country != "" {
		old.Country = given.Country
	}
	names := map[string]string{}
	for _, m := range []map[string]string{old.Names, given.Names} {
		for lang, name := range m {
			names[lang] = name
		}
	}
	old.Names = names
	if len(given.Stations) > 0 {
		old.Stations = given.Stations
	}
	if len(given.Languages) > 0 {
		old.Languages = given.Languages
	}
	if given.ConsentAge > 0 {
		old.ConsentAge = given.ConsentAge
	}
	if given.Area != "" {
		old.Area = given.Area
	}
	if given.Position != nil {
		old.Position = given.Position
	}
	old.Guarded = old.Guarded || given.Guarded
	return old
}

func siteLine(s place.Site) string {
	return fmt.Sprintf("%-12s %s  %-8s %s  (%s)", s.Code, s.Country, s.Kind, s.Name("en"), strings.Join(s.Stations, ", "))
}

func (n *Node) listSites(ctx context.Context) ([]string, error) {
	all, err := n.sites(ctx)
	lines := make([]string, len(all))
	for i, s := range all {
		lines[i] = siteLine(s)
	}
	return lines, err
}

// everywhere are the roles whose work is not tied to a site.
var everywhere = []access.Role{access.Administrator, access.PrivacyOfficer, access.MedicalOfficer}

// sitesFor are the sites of a new user: those that were named, which must exist;
// otherwise the node's only site, and all for a role that is not tied to one.
func (n *Node) sitesFor(ctx context.Context, named []string, roles []access.Role) ([]string, error) {
	all, err := n.sites(ctx)
	if err != nil {
		return nil, err
	}
	var codes []string
	for _, s := range all {
		codes = append(codes, s.Code)
	}
	if len(named) > 0 {
		for _, code := range named {
			if code != access.All && !slices.Contains(codes, code) {
				return nil, fmt.Errorf("there is no site %s; make it with `godwit site set %s %s`", code, code, n.at())
			}
		}
		return named, nil
	}
	tied := slices.ContainsFunc(roles, func(r access.Role) bool { return !slices.Contains(everywhere, r) })
	switch {
	case !tied:
		return []string{access.All}, nil
	case len(codes) == 1:
		return codes, nil
	case len(codes) == 0:
		return nil, fmt.Errorf("there is no site yet; make one with `godwit site set CODE %s`", n.at())
	}
	return nil, fmt.Errorf("say with --site where this user works: %s", strings.Join(codes, ", "))
}
