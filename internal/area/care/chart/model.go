package chart

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/growth"
)

// Codes under which results have what is charted.
const (
	codeWeight = "weight"             // kg
	codeHeight = "height"             // cm, lying or standing
	codeArm    = "muac"               // mm
	codeHead   = "head_circumference" // cm
	codeOedema = "oedema"             // none, or a grade
)

var codes = []string{codeWeight, codeHeight, codeArm, codeHead, codeOedema}

// Visit is a day on which something was measured.
type Visit struct {
	Day   calendar.Day
	Child growth.Child
	growth.Result
}

// Growth is a child as the chart shows it.
type Growth struct {
	Sex    growth.Sex
	Born   calendar.Day // 0 where it is not known to the day
	Dated  bool         // the birth is known to the day
	Visits []Visit      // the oldest first
}

// shown are the indices in the order of the page; skinfolds are measured nowhere.
var shown = []growth.Index{growth.WeightForAge, growth.LengthForAge, growth.WeightForLength, growth.BMIForAge, growth.ArmForAge, growth.HeadForAge}
