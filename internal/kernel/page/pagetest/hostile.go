package pagetest

import (
	"reflect"
	"regexp"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/page"
)

// The hostile texts: markup, an attribute break, a right-to-left override, a
// template action, a null, and a name of 300 letters without a break.
const (
	Script   = `<script>window.hostile=1</script>`
	Break    = `"'><img src=x onerror="window.hostile=1">`
	Override = "\u202Egnihton\u202D {{.}} {name}"
	Null     = "a\x00b"
)

// Hostile is all of them in one name.
var Hostile = Script + Break + Override + Null + strings.Repeat("W", 300)

// notData are the fields of view structs that hold no text from outside: paths
// made of ids, codes of a closed list.
var notData = regexp.MustCompile(`(?i)(href|url|path|id|action|method|key|code|lang|level|state|kind|class|station|template|status|value|name|photo|search|signout|return|dir|auto|prev|next|capture|accept)$`)

// data are the fields of this package's own components that do.
var data = map[string]bool{
	"Field.Value": true, "Option.Text": true, "Link.Name": true, "Row.Value": true,
	"Banner.Name": true, "Banner.Latin": true, "Banner.Wristband": true, "Banner.Case": true, "Banner.Allergies": true,
	"DateInput.Day": true, "DateInput.Month": true, "DateInput.Year": true, "DateInput.Age": true,
	"Frame.Site": true, "Frame.User": true, "Sync.Last": true,
}

// MakeHostile returns a copy of a view in which every text from outside is
// hostile. Views of other packages: every field of type string, page.Code or a
// slice of them, unless its name ends like a path, id or code (FullName and
// GivenName end in Name, and are data: only the bare field Name is not spared).
func MakeHostile(view any) any {
	if view == nil {
		return nil
	}
	v := reflect.ValueOf(view)
	out := reflect.New(v.Type()).Elem()
	hostileCopy(out, v, true)
	return out.Interface()
}

func hostileCopy(dst, src reflect.Value, isData bool) {
	switch src.Kind() {
	case reflect.Pointer:
		if !src.IsNil() {
			dst.Set(reflect.New(src.Type().Elem()))
			hostileCopy(dst.Elem(), src.Elem(), isData)
		}
	case reflect.Interface:
		if !src.IsNil() {
			e := reflect.New(src.Elem().Type()).Elem()
			hostileCopy(e, src.Elem(), isData)
			dst.Set(e)
		}
	case reflect.Slice:
		if src.IsNil() {
			return
		}
		dst.Set(reflect.MakeSlice(src.Type(), src.Len(), src.Len()))
		for i := range src.Len() {
			hostileCopy(dst.Index(i), src.Index(i), isData)
		}
	case reflect.Struct:
		hostileStruct(dst, src)
	case reflect.String:
		dst.Set(src)
		plain := src.Type() == reflect.TypeFor[string]() || src.Type() == reflect.TypeFor[page.Code]()
		if isData && plain && src.Len() > 0 {
			dst.SetString(Hostile)
		}
	default:
		dst.Set(src)
	}
}

func hostileStruct(dst, src reflect.Value) {
	dst.Set(src) // unexported fields too
	t := src.Type()
	if t == reflect.TypeFor[page.Msg]() {
		m := src.Interface().(page.Msg)
		args := append([]any(nil), m.Args...)
		for i := 1; i < len(args); i += 2 {
			if _, ok := args[i].(string); ok {
				args[i] = Hostile
			}
		}
		m.Args = args
		dst.Set(reflect.ValueOf(m))
		return
	}
	own := strings.HasSuffix(t.PkgPath(), "/kernel/page")
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		isData := !notData.MatchString(f.Name) || strings.HasSuffix(f.Name, "Name") || f.Name == "Value"
		if own {
			isData = data[t.Name()+"."+f.Name] || f.Type.Kind() != reflect.String && f.Type != reflect.TypeFor[[]string]()
		}
		if !strings.Contains(t.PkgPath(), "godwit-health/godwit") {
			return // time.Time and the like
		}
		hostileCopy(dst.Field(i), src.Field(i), isData)
	}
}
