// Package e2e tests the whole program as its users meet it: the built command, a
// demo's world, a browser.
//
// TestWalk is the newcomer's walk, which CI repeats on the README's own command
// (GODWIT_DEMO_URL). Package browser below it is how a page is driven, program starts
// the command, story is what the stories have in common. Those in family follow one
// family from registration to clearance in English and in Arabic, and a culture that
// turns positive on the evening before the flight; that in erasure a payload that is
// erased; those in device a laptop and its hub, a power cut, a form that came too late
// and taps without a connection. Package look looks at every page that can be reached by links with axe-core
// (GODWIT_LOOK=all: in every shape; GODWIT_SHOTS: with a picture of each look).
// TestPictures makes the user guide's pictures when GODWIT_PICTURES names a folder.
//
// Tests here know the words and fields of pages, from the catalogues of the program
// and its packs, and nothing behind them; only the story of the erasure looks into
// the database, to find that nothing is there. The package must never be imported.
package e2e
