// Package apptest is the test kit of the composition root: a real node in a folder of its
// own or on a database server, visitors who use it over HTTP as a browser does, hosts
// that are locked, processes that a test kills, backups and their keeper.
//
// The tests that need nothing but what package app exports stand in the folders below,
// one a theme, so that no package of tests takes longer than a few minutes: backups,
// border, clinic (people at work at one site), exchange (a hub and its nodes), exercise
// (drills), hubs (two
// hubs under an agreement), locked (the door of a locked node) and processes (several, or
// killed ones). Those that look inside a node stand beside it, in package app_test, and
// find what they look at in its export_test.go.
//
// A package that uses it calls Main from its TestMain. Only tests import it.
package apptest
