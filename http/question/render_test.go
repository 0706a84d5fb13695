package question

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/aggregates"
	"guishu/domain/attribution"
	"guishu/domain/staff"
	"guishu/eventstore/goldentest"
)

// goldenEvents are the folders with an example of every event.
const goldenEvents = "../../domain/*/testdata/events"

// inWords is how somebody who sees everything reads events.
func inWords(in Language) wording {
	sees := map[staff.Field]staff.Visibility{}
	for _, field := range staff.Fields.Values() {
		sees[field] = staff.Plain
	}
	name := func(zh, en string) string { return in.Of(zh, en) }
	return wording{
		language: in, eyes: &eyes{sees: sees}, zone: domain.ChinaZone(),
		staff:   func(domain.StaffID) string { return name("员工甲", "Somebody") },
		unit:    func(domain.UnitID) string { return name("示例支局", "An outlet") },
		explain: func(attribution.Explanation) string { return name("说明", "It says so") },
	}
}

// rawName is a name that programs use, such as inputs_hash or TIME_FIRST.
var rawName = regexp.MustCompile(`^[a-z]+([_./-][a-z]+)+$|^[A-Z]+(_[A-Z]+)+$`)

// spokenName is a word with a dash that people use.
const spokenName = "self-operated"

// A reader sees no name that only programs use: not of an event, nor of a field or a
// value in it, whatever the language (K-09).
func TestEveryEventIsInWordsInBothLanguages(t *testing.T) {
	t.Parallel()
	registry, err := ledger.Events()
	if err != nil {
		t.Fatal(err)
	}
	examples := goldentest.Examples(t, registry, goldenEvents)
	fields := map[string]bool{} // every name of a field that is listed in another one
	for _, field := range staff.Fields.Values() {
		fields[string(field)] = true
	}
	for _, name := range slices.Sorted(maps.Keys(examples)) {
		said := map[Language][]Detail{}
		for _, in := range []Language{Chinese, English} {
			words := inWords(in)
			said[in] = words.details(examples[name])
			if title := words.title(name); title == "" || title == name {
				t.Errorf("%s has the title %q", name, title)
			}
			if len(said[in]) == 0 {
				t.Errorf("%s says nothing", name)
			}
			for _, d := range said[in] {
				if d.Label == "" || d.Label == d.Field {
					t.Errorf("%s: the field %s has the label %q", name, d.Field, d.Label)
				}
				for part := range strings.FieldsFuncSeq(d.Value, func(r rune) bool { return strings.ContainsRune(", []", r) }) {
					if rawName.MatchString(part) && part != spokenName || fields[part] && in == Chinese {
						t.Errorf("%s: the field %s has the value %q", name, d.Field, d.Value)
					}
				}
			}
		}
		for i, d := range said[Chinese] {
			if !strings.ContainsFunc(d.Label, func(r rune) bool { return unicode.Is(unicode.Han, r) }) || d.Label == said[English][i].Label {
				t.Errorf("%s: the field %s is labelled %q and %q", name, d.Field, d.Label, said[English][i].Label)
			}
		}
	}
}

// A personal text is shown through the field policy or not at all (C-03): one of
// which the policy does not know would never be shown to anybody.
func TestEveryPersonalTextOfAnEventIsAFieldOfThePolicy(t *testing.T) {
	t.Parallel()
	var walk func(event string, in reflect.Type)
	walk = func(event string, in reflect.Type) {
		for i := range in.NumField() {
			field := in.Field(i)
			if field.Type == reflect.TypeFor[domain.Personal]() {
				if _, known := personalField(snake(field.Name)); !known {
					t.Errorf("%s: nobody sees %s", event, field.Name)
				}
			}
			if field.Type.Kind() == reflect.Struct {
				walk(event, field.Type)
			}
		}
	}
	for _, event := range aggregates.All().Events() {
		walk(event.Name, event.GoType())
	}
}

func TestAFieldIsNamedAsItIsInTheEvent(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"AmountFen": "amount_fen", "SHA256": "sha256", "By": "by", "CustomerNo": "customer_no"} {
		if got := snake(name); got != want {
			t.Errorf("%s is called %s, want %s", name, got, want)
		}
	}
}
