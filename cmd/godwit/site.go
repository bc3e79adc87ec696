package main

import (
	"errors"
	"strings"

	"github.com/godwit-health/godwit/internal/app"
)

type siteCmd struct {
	Set  siteSetCmd  `cmd:"" help:"Make a site, or change one."`
	List siteListCmd `cmd:"" help:"List the sites."`
}

type siteSetCmd struct {
	unlocking
	Code       string   `arg:"" help:"Code of the site: two to twelve capitals, digits or hyphens. Documents carry it; it never changes."`
	Dir        string   `xor:"where" required:"" help:"Folder of the node." type:"path"`
	Country    string   `help:"Country where the site is, three letters. A new site needs it." placeholder:"XXX"`
	Name       string   `help:"Name in English. A new site needs one name."`
	NameFr     string   `name:"name-fr" help:"Name in French."`
	NameEs     string   `name:"name-es" help:"Name in Spanish."`
	NameAr     string   `name:"name-ar" help:"Name in Arabic."`
	Kind       string   `help:"centre (if left out), clinic, mobile, entry or office."`
	Station    []string `help:"Station of the site, once for each, in the order people pass them: reception, counselling, nurse, laboratory, radiology, physician, vaccination, pharmacy, treatment, quality, exit, screening. The first seven if left out."`
	Language   []string `help:"Language spoken there, once for each, such as so or ti."`
	ConsentAge int      `help:"Age from which the law there lets a person decide alone on health; 18 if left out."`
	Area       string   `help:"Code of the smallest administrative area where it is; see 'godwit place list'." placeholder:"CODE"`
	Lat        *float64 `help:"Latitude in degrees." placeholder:"DEGREES"`
	Lon        *float64 `help:"Longitude in degrees." placeholder:"DEGREES"`
	Guarded    bool     `help:"A shelter, a place of detention or an unofficial crossing: never exported or mapped finer than its region."`
}

// Help adds an example.
func (siteSetCmd) Help() string {
	return "Example:\n\n  godwit site set NBO --dir ./node --country KEN --name \"Assessment Centre Nairobi\" --name-fr \"Centre d'évaluation de Nairobi\"\n  godwit site set NBO --dir ./node --station reception --station nurse --station physician"
}

// Run runs the command.
func (c *siteSetCmd) Run(w *world) error {
	names := map[string]string{}
	for lang, name := range map[string]string{"en": c.Name, "fr": c.NameFr, "es": c.NameEs, "ar": c.NameAr} {
		if name != "" {
			names[lang] = name
		}
	}
	var at *app.Position
	if c.Lat != nil || c.Lon != nil {
		if c.Lat == nil || c.Lon == nil {
			return errors.New("--lat and --lon go together")
		}
		at = &app.Position{Lat: *c.Lat, Lon: *c.Lon}
	}
	return do(w, c.Dir, c.unlocking, app.Command{Name: "site-set", Site: &app.Site{Code: strings.ToUpper(c.Code), Kind: app.SiteKind(c.Kind), Names: names,
		Country: strings.ToUpper(c.Country), Languages: c.Language, Stations: c.Station, ConsentAge: c.ConsentAge, Guarded: c.Guarded,
		Area: strings.ToUpper(c.Area), Position: at}})
}

type siteListCmd struct {
	unlocking
	Dir string `xor:"where" required:"" help:"Folder of the node." type:"existingdir"`
}

// Help adds an example.
func (siteListCmd) Help() string { return "Example:\n\n  godwit site list --dir ./node" }

// Run runs the command.
func (c *siteListCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "site-list"})
}
