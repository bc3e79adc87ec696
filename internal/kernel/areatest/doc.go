// Package areatest is the ground on which the tests of an area stand: a real database of
// either engine, journal, access with the demo's staff, pages, sites and gazetteer, and
// what somebody gets who is logged in and opens a path. An area's own world embeds World
// and adds its service.
//
// The names of World's fields are those of nothing that a service depends on, so that a
// world can embed both. A package that uses it calls testkit.Main from its TestMain. Only
// tests import it.
package areatest
