package page

import (
	"math"
	"strings"
	"testing"
)

func drawingSet(t *testing.T, lang string) *localeSet {
	t.Helper()
	p, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, _ := localeOf(lang)
	s, err := p.set(l)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestADrawingIsPlainSVG(t *testing.T) {
	d := Drawing{Title: M("page.style.drawing"), Text: M("page.style.drawing_text"), W: 100, H: 50, Marks: []Mark{
		{Kind: MarkLine, Look: LookDashed, At: []float64{0, 0, 10, 0}, R: 2, Arrow: true},
		{Kind: MarkBar, Look: LookOne, At: []float64{1, 2, 3, 4}, Name: `<b>"A"`},
		{Kind: MarkWords, At: []float64{5.26, 6}, Text: "<script>", Anchor: AnchorEnd},
		{Kind: MarkDot, At: []float64{5, 6}, R: 2, Href: "/mobility", Name: "Bunia"},
		{Kind: MarkDot, At: []float64{5, 6}, R: 2, Href: "javascript:alert(1)", Name: "Bunia"},
	}}
	html, err := drawingSet(t, "ar").drawing(&d)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`points="0,0 10,0"`, `stroke-width="2"`, `class="mark-fill look-dashed" points="10,0 `, `points="1,2 3,2 3,4 1,4"`, "&lt;script&gt;", `text-anchor="end"`, `x="5.3"`,
		`<a href="/mobility"`, `role="group"`, "الحالات", `dir="ltr"`,
	} {
		if !strings.Contains(string(html), want) {
			t.Errorf("no %s in\n%s", want, html)
		}
	}
	for _, not := range []string{"<script", "<b>", "javascript:", "style="} {
		if strings.Contains(string(html), not) {
			t.Errorf("%s in\n%s", not, html)
		}
	}
}

func TestADrawingThatCannotBeDrawnIsAnError(t *testing.T) {
	for name, m := range map[string]Mark{
		"no point":          {Kind: MarkDot},
		"half a point":      {Kind: MarkLine, At: []float64{1, 2, 3}},
		"not a number":      {Kind: MarkLine, At: []float64{1, math.NaN()}},
		"without an end":    {Kind: MarkLine, At: []float64{1, math.Inf(1)}},
		"words of no kind":  {Kind: MarkWords, At: []float64{1, 1}, Text: struct{}{}},
		"a name of no kind": {Kind: MarkDot, At: []float64{1, 1}, Name: struct{}{}},
	} {
		if _, err := drawingSet(t, "en").drawing(&Drawing{W: 10, H: 10, Marks: []Mark{m}}); err == nil {
			t.Errorf("%s was drawn", name)
		}
	}
}

func TestAnArrowPointsWhereTheLineGoes(t *testing.T) {
	head := arrowHead([]float64{0, 0, 100, 0}, 2)
	if head[0] != 100 || head[1] != 0 || head[2] >= 100 || head[4] >= 100 || head[3] != -head[5] {
		t.Errorf("the head of a line to the right is %v", head)
	}
	for _, v := range arrowHead([]float64{3, 3, 3, 3}, 1) {
		if v != 3 {
			t.Errorf("the head of a line of no length is %v", v)
		}
	}
}
