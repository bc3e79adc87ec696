package dmn

import (
	"bytes"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
)

const small = `<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m">
<itemDefinition name="t"><typeRef>string</typeRef><allowedValues><text>"a","b"</text></allowedValues></itemDefinition>
<inputData id="i" name="My Age"><variable typeRef="number"/></inputData>
<inputData id="j" name="J"><variable typeRef="t"/></inputData>
<decision id="d" name="D"><variable typeRef="string"/><informationRequirement><requiredInput href="#i"/></informationRequirement>
<decisionTable hitPolicy="FIRST"><input><inputExpression typeRef="number"><text>My Age</text></inputExpression></input>
<input><inputExpression><text>J</text></inputExpression></input>
<output name="x"><outputValues><text>"p","q"</text></outputValues><defaultOutputEntry><text>"q"</text></defaultOutputEntry></output>
<rule id="r"><inputEntry><text>[1..5), &gt; 7</text></inputEntry><inputEntry><text>not("a", null)</text></inputEntry><outputEntry><text>"p"</text></outputEntry></rule></decisionTable></decision>
<decision id="e" name="E"><informationRequirement><requiredDecision href="#d"/></informationRequirement><literalExpression><text>if D = "p" then My Age + 1 else null</text></literalExpression></decision>
</definitions>`

// No document may crash the reader, the evaluator or the import, and what is
// imported compiles or says why not.
func FuzzRead(f *testing.F) {
	f.Add(small)
	f.Add(strings.ReplaceAll(small, "FIRST", "COLLECT"))
	f.Add(`<!DOCTYPE x [<!ENTITY e "x">]><definitions/>`)
	f.Add(`<testCases><modelName>x</modelName><testCase id="1"/></testCases>`)
	f.Fuzz(func(t *testing.T, s string) {
		_, _ = ReadTests(strings.NewReader(s))
		m, err := Read(strings.NewReader(s))
		if err != nil {
			return
		}
		for _, d := range m.Decisions {
			if _, err := m.Evaluate(d.Name, map[string]Datum{"My Age": Scalar(value.Number(3)), "J": Scalar(value.Text("b"))}); err != nil {
				t.Error(err)
			}
		}
		im, err := Import(strings.NewReader(s))
		if err != nil {
			return
		}
		src := decision.Source{ID: im.Name, Facts: im.Facts, Lists: im.Lists, Tables: im.Tables}
		if _, err := decision.Compile(src); err != nil {
			return
		}
		_ = Export(&bytes.Buffer{}, src, 20000)
	})
}
