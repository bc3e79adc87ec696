package pack

import (
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
)

// Patient is what a dose hangs on. Zero is not known.
type Patient struct {
	Weight    int64 // grams
	WeighedOn calendar.Day
	LeastAge  int // days; MostAge may be more where a birth is known in part
	MostAge   int
	AgeKnown  bool
	On        calendar.Day
}

// DoseState is what the rules say of a dose.
type DoseState string

// The states. Only Definite is a dose.
const (
	Definite    DoseState = "definite"
	Unconfirmed DoseState = "unconfirmed" // a rule that is only recalled: to be confirmed by the country
	NeedWeight  DoseState = "need_weight" // none, or one that is too old
	NeedAge     DoseState = "need_age"
	OutOfBand   DoseState = "out_of_band" // no rule is for this weight and age
	TooSmall    DoseState = "too_small"   // less than can be measured out of this form
)

// Amount is what a rule gives to one person.
type Amount struct {
	State  DoseState
	Rule   Dose
	Raw    int64 // micrograms of a dose before it was rounded
	Dose   int64 // micrograms of a dose as it is measured out
	Volume int64 // microlitres, or thousandths of a piece, of a dose
	Day    int64 // micrograms a day
	Total  int64 // microlitres, or thousandths of a piece, of the whole course
	Capped bool  // the maximum of a dose or a day held
}

// DosesOf lists the rules of a medicine for an indication that hold on a day, in their order.
func (p *Pack) DosesOf(medicine, indication string, on calendar.Day) (out []Dose) {
	for _, d := range p.Doses {
		if d.Medicine == medicine && d.Indication == indication && inForce(d.From, d.To, on) {
			out = append(out, d)
		}
	}
	return out
}

// WorkOut says what of one form of a medicine somebody gets. What is not known is asked for;
// a rule is never guessed.
func WorkOut(rules []Dose, who Patient) Amount {
	if !who.AgeKnown {
		return Amount{State: NeedAge}
	}
	var fits []Dose
	unknownWeight, unknownAge := false, false
	for _, d := range rules {
		least, most := who.LeastAge >= d.AgeFrom && (d.AgeTo == 0 || who.LeastAge < d.AgeTo), who.MostAge >= d.AgeFrom && (d.AgeTo == 0 || who.MostAge < d.AgeTo)
		switch {
		case !least && !most && !(who.LeastAge < d.AgeFrom && d.AgeTo > 0 && who.MostAge >= d.AgeTo):
			continue
		case !least || !most:
			unknownAge = true
			continue
		}
		if d.By != Fixed {
			if who.Weight <= 0 || who.WeighedOn > who.On || int(who.On-who.WeighedOn) > d.WeightAge {
				unknownWeight = true
				continue
			}
			if who.Weight < d.WeightFrom || who.Weight >= d.WeightTo {
				continue
			}
		}
		fits = append(fits, d)
	}
	switch {
	case unknownAge:
		return Amount{State: NeedAge}
	case unknownWeight:
		return Amount{State: NeedWeight}
	case len(fits) != 1: // of two rules for one person none is guessed
		return Amount{State: OutOfBand}
	}
	return fits[0].give(who.Weight)
}

// give works a rule out for a weight. It rounds down to what can be measured out, so that no
// maximum is passed by rounding.
func (d Dose) give(weight int64) Amount {
	a := Amount{State: Definite, Rule: d, Raw: d.Amount}
	if d.By == ByKilogram {
		a.Raw = d.PerKilogram * weight / 1000
	}
	most := a.Raw
	if d.MostDose > 0 {
		most = min(most, d.MostDose)
	}
	if d.MostDay > 0 {
		most = min(most, d.MostDay/int64(d.Times))
	}
	a.Capped = most < a.Raw
	per := int64(1000) // a piece
	if d.Liquid() {
		per = d.Per
	}
	a.Volume = most * per / d.Strength / d.Round * d.Round
	a.Dose = a.Volume * d.Strength / per
	a.Day, a.Total = a.Dose*int64(d.Times), a.Volume*int64(d.Times)*int64(d.Days)
	switch {
	case a.Volume > 1e9: // a litre or a million pieces at once is a slip of the pen
		a.State = OutOfBand
	case a.Volume == 0:
		a.State = TooSmall
	case !d.Confirmed():
		a.State = Unconfirmed
	}
	return a
}

// ByForm parts rules by the form and strength in which they give a medicine, in
// their order.
func ByForm(rules []Dose) (out [][]Dose) {
	for _, d := range rules {
		i := slices.IndexFunc(out, func(g []Dose) bool {
			return g[0].Form == d.Form && g[0].Strength == d.Strength && g[0].Per == d.Per
		})
		if i < 0 {
			out = append(out, []Dose{d})
			continue
		}
		out[i] = append(out[i], d)
	}
	return out
}
