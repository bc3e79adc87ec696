// Package pagetest holds the tests that every area runs on its pages and words:
//
//	func TestWords(t *testing.T) { pagetest.Catalogues(t, area()) }
//	func TestPages(t *testing.T) { pagetest.EveryPage(t, renderer(t), Samples()) }
//	func TestPagesInABrowser(t *testing.T) { pagetest.BrowseSamples(t, renderer(t), Samples()) }
//
// Catalogues proves that each language has each key, with the plural categories
// that golang.org/x/text knows for it and the same placeholders, and that no key
// is unused or missing. EveryPage renders each sample empty, full and with hostile
// data, in every language and the pseudo-language, and checks the markup. Browse
// and BrowseSamples look at pages with axe-core in Chromium, in English and Arabic,
// at 360 and 1280 px; with GODWIT_SHOTS=folder they leave pictures there.
//
// The package is for tests only and must never be imported by the program.
//
// Standards: WCAG 2.2 AA as far as axe-core 4.14 covers it; CLDR plural rules.
package pagetest
