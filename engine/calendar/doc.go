// Package calendar holds dates as people on the move know them: to the day, to
// the month, to the year, or only as an age somebody guessed.
//
// A Date is the interval of days it could be. Every question about it (how old,
// before or after, within six months) is answered yes or no when each day of the
// interval gives that answer, and "unknown" otherwise. An age that straddles a
// milestone is therefore never taken for "no".
//
// All dates are Gregorian and have no time zone; the caller supplies "today".
// Month arithmetic has two conventions, by name: ClampToMonthEnd, used by
// destination rules (31 August + 6 months = 28 February), and RollToNextMonth,
// used by vaccine logic (CDSi logic specification 4.6, "date calculations":
// 31 August + 6 months = 1 March). A person born on 29 February completes a year
// of age on 1 March in common years.
package calendar
