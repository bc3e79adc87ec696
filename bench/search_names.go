package main

import (
	"math"
	"math/rand/v2"
	"sort"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
)

// nameMaker makes names whose frequencies fall off by rank as those of people do
// (a power law with exponent 0.8: the commonest of 3,000 given names is borne by
// one in twenty).
type nameMaker struct {
	given, family       []string
	givenCum, familyCum []float64
}

// commonest stand at the head of the list of given names, by rank.
var commonest = strings.Fields(`mohamed ahmed ali hassan abdi ibrahim fatima omar osman yusuf hussein abdullahi amina
	halima khadija maryam saleh mahmoud mustafa aisha zahra abdirahman ismail hawa sara almaz tigist tesfaye bekele getachew
	solomon daniel samuel yohannes abebe girma kebede haile selam hanna jose maria luis carlos ana juan carmen`)

func newNameMaker() nameMaker {
	r := rand.New(rand.NewPCG(11, 13))
	n := nameMaker{given: append([]string(nil), commonest...)}
	seen := map[string]bool{}
	for _, g := range n.given {
		seen[g] = true
	}
	grow := func(list []string, size, syllables int) []string {
		for len(list) < size {
			if w := word(r, syllables+r.IntN(2)); !seen[w] {
				seen[w] = true
				list = append(list, w)
			}
		}
		return list
	}
	n.given = grow(n.given, 3000, 2)
	n.family = grow(nil, 30000, 2)
	n.givenCum, n.familyCum = powerLaw(len(n.given)), powerLaw(len(n.family))
	return n
}

func word(r *rand.Rand, syllables int) string {
	const onset, vowel, coda = "bcdfghjklmnqrstwyz", "aaeiou", "  lmnrsdt"
	var b strings.Builder
	for range syllables {
		b.WriteByte(onset[r.IntN(len(onset))])
		b.WriteByte(vowel[r.IntN(len(vowel))])
		if c := coda[r.IntN(len(coda))]; c != ' ' {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func powerLaw(n int) []float64 {
	cum, sum := make([]float64, n), 0.0
	for i := range cum {
		sum += math.Pow(float64(i+1), -0.8)
		cum[i] = sum
	}
	return cum
}

func draw(r *rand.Rand, list []string, cum []float64) string {
	return list[sort.SearchFloat64s(cum, r.Float64()*cum[len(cum)-1])]
}

// person makes one: a chain of three given names, or a given and a family name.
func (n nameMaker) person(r *rand.Rand) people.Person {
	p := people.Person{GivenLatin: draw(r, n.given, n.givenCum), FamilyLatin: draw(r, n.family, n.familyCum), Sex: people.Female}
	if r.IntN(2) == 0 {
		p.Sex = people.Male
	}
	if r.IntN(2) == 0 {
		p.GivenLatin += " " + draw(r, n.given, n.givenCum)
		p.FamilyLatin = draw(r, n.given, n.givenCum)
	}
	if r.IntN(2) == 0 {
		p.Given, p.Family = arabic(p.GivenLatin), arabic(p.FamilyLatin)
	}
	day := calendar.DayOf(1940, 1, 1) + calendar.Day(r.IntN(31000))
	if r.IntN(10) < 3 {
		y, _, _ := day.YMD()
		day = calendar.DayOf(y, 1, 1)
	}
	p.Birth = day.Date()
	p.Nationalities = []string{"SOM"}
	return p
}

var latinToArabic = strings.NewReplacer("kh", "خ", "sh", "ش", "b", "ب", "t", "ت", "j", "ج", "h", "ح", "d", "د", "r", "ر", "z", "ز",
	"s", "س", "f", "ف", "q", "ق", "k", "ك", "l", "ل", "m", "م", "n", "ن", "w", "و", "y", "ي", "g", "غ", "c", "ك", "p", "ب", "v", "ف", "x", "كس",
	"aa", "ا", "a", "", "e", "", "i", "ي", "o", "و", "u", "و")

// arabic writes a name in Arabic letters, roughly as somebody would who hears it.
func arabic(latin string) string { return latinToArabic.Replace(latin) }
