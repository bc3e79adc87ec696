// Package demo makes the synthetic world that `godwit demo` shows: one
// assessment centre, about 300 families (1,200 people) bound for the four
// destinations, in every state of the process.
//
// World is a pure function of a seed and a day: the same seed gives the same
// people, so that a picture in the user guide can be made again. Nobody in it
// exists: given and family names are drawn apart from common lists (names.csv)
// and joined by chance, and the routes (routes.csv) are stays along three real
// migration routes (Horn of Africa and Yemen, central Mediterranean, Venezuela
// to Peru) that nobody walked in this order.
//
// It must never be reachable outside a demo folder, and it must never contain a
// record copied from a person.
package demo
