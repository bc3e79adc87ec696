package match

// level compares two records in one field.
func (d *dataset) level(f *field, i, j int32) uint8 {
	switch {
	case f.part == restPart:
		return d.restLevel(i, j)
	case f.part != noName:
		return f.lex.compare(f.values[i], f.values[j]) // nameLevels does both at once
	case f.births != nil:
		return compareBirth(&f.births[i], &f.births[j])
	case f.sexes != nil:
		return sexLevel(f.sexes[i], f.sexes[j])
	case f.numbers != nil:
		return ageLevel(f.numbers[i], f.numbers[j])
	}
	a, b := f.values[i], f.values[j]
	level := f.lex.compare(a, b)
	if level != textOther || len(f.others) == 0 && f.kind != Household {
		return level
	}
	for _, o := range f.others {
		if f.alike(a, o.values[j]) || f.alike(o.values[i], b) {
			return textElsewhere
		}
	}
	if f.kind == Household {
		return textUnknown // who else lives there says nothing against a person
	}
	return level
}

// alike reports two values that are the same but for a slip.
func (f *field) alike(a, b int32) bool {
	switch f.lex.compare(a, b) {
	case textSame, textSpelled, textSlip:
		return true
	}
	return false
}

// Levels of two sexes.
const (
	sexSame  uint8 = 1
	sexOther uint8 = 2
)

func sexLevel(a, b uint8) uint8 {
	switch {
	case a == 0 || b == 0:
		return 0
	case a == b:
		return sexSame
	}
	return sexOther
}

func ageLevel(a, b int16) uint8 {
	if a == 0 || b == 0 {
		return 0
	}
	switch gap := abs16(a - b); {
	case gap == 0:
		return 1
	case gap <= 2:
		return 2
	case gap <= 5:
		return 3
	}
	return 4
}

// nameLevels compares given and family names. Where they differ each is looked for
// among the other record's names: given and family name swapped, a chain of names that
// was cut elsewhere. A name found there counts for one field only, however many ways
// it can be found.
func (d *dataset) nameLevels(i, j int32) (given, family uint8) {
	gi, gj, fi, fj := d.given.values[i], d.given.values[j], d.family.values[i], d.family.values[j]
	given, family = d.names.compare(gi, gj), d.names.compare(fi, fj)
	if given != textOther && family != textOther {
		return given, family
	}
	open := func(level uint8) bool { return level == textOther || level == textUnknown }
	if open(given) && open(family) {
		switch there, back := d.same(gi, fj), d.same(gj, fi); {
		case there && back:
			return textSwapped, textUnknown
		case there || back:
			return textElsewhere, family
		}
	}
	if given == textOther && (d.among(gi, j) || d.among(gj, i)) {
		given = textElsewhere
	}
	if family == textOther && (d.among(fi, j) || d.among(fj, i)) {
		family = textElsewhere
	}
	return given, family
}

// same reports names that are the same but for a slip or a spelling.
func (d *dataset) same(a, b int32) bool {
	switch d.names.compare(a, b) {
	case textSame:
		return len(d.names.values[a].text) > 1
	case textSpelled, textSlip:
		return len(d.names.values[a].text) > 3
	}
	return false
}

// among reports whether a word of a name is one of the other record's names beyond
// given and family name, or in a chain of them.
func (d *dataset) among(v, j int32) bool {
	val := &d.names.values[v]
	if len(val.words) == 1 {
		return d.wordAmong(v, val, j)
	}
	for k := range val.words {
		if id, ok := d.names.ids[val.words[k].text]; ok && d.wordAmong(id, &d.names.values[id], j) {
			return true
		}
	}
	return false
}

func (d *dataset) wordAmong(v int32, val *value, j int32) bool {
	if len(val.text) < 2 {
		return false
	}
	for _, w := range d.rest[j] {
		if w == v {
			return true
		}
	}
	if len(val.text) < 4 {
		return false
	}
	for _, w := range d.rest[j] {
		switch d.names.compare(v, w) {
		case textSpelled, textSlip:
			return true
		}
	}
	return false
}

// restLevel compares the names beyond given and family name.
func (d *dataset) restLevel(i, j int32) uint8 {
	a, b := d.rest[i], d.rest[j]
	if len(a) == 0 && len(b) == 0 {
		return textUnknown
	}
	best := textUnknown
	if len(a) > 0 && len(b) > 0 {
		best = textOther
	}
	for _, v := range a {
		for _, w := range b {
			switch d.names.compare(v, w) {
			case textSame:
				return textSame
			case textSpelled, textSlip, textNickname:
				best = textSlip
			}
		}
	}
	return best
}
