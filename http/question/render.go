package question

import (
	"cmp"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"

	"guishu/domain"
	"guishu/domain/aggregates"
	"guishu/domain/attribution"
	"guishu/domain/identity"
	"guishu/domain/staff"
)

// Detail is one field of an event, in words.
type Detail struct {
	Field string `json:"field" doc:"字段名。 The field's name."`
	Label string `json:"label" doc:"字段的名称，用读者的语言。 What people call the field, in the reader's language."`
	Value string `json:"value" doc:"字段的值，按读者的权限显示。 Its value, as the reader may see it."`
}

// wording puts events into words, in a language and for a reader's eyes. What
// events and their fields are called, the aggregates say.
type wording struct {
	language Language
	eyes     *eyes
	zone     *time.Location
	staff    func(domain.StaffID) string // a member of staff as colleagues know them
	unit     func(domain.UnitID) string
	explain  func(attribution.Explanation) string
}

// wording is how the reader reads events.
func (r *Reader) wording() wording {
	return wording{r.Language, &r.eyes, r.Location, r.staffName, r.unitName, func(e attribution.Explanation) string {
		params := make(map[string]string, len(e.Params))
		for _, p := range e.Params {
			params[p.Name] = p.Value
		}
		return r.explained(e.Code, params)
	}}
}

// title is what people call an event by its stored name.
func (w wording) title(name string) string {
	event, _ := aggregates.All().Event(name)
	return w.language.Of(event.Title())
}

// details are an event's fields, as the reader may see them. It walks the struct,
// so that a field that is added is shown, and a personal one only through the
// field policy.
func (w wording) details(event any) []Detail {
	return w.fields([]Detail{}, reflect.ValueOf(event), reflect.TypeOf(event))
}

func (w wording) fields(details []Detail, in reflect.Value, event reflect.Type) []Detail {
	for i := range in.NumField() {
		field, value := in.Type().Field(i), in.Field(i)
		if !field.IsExported() || value.IsZero() {
			continue
		}
		name := snake(field.Name)
		text, known := w.value(name, value, event)
		switch {
		case !known && value.Kind() == reflect.Struct:
			details = w.fields(details, value, event)
		case known && text != "":
			details = append(details, Detail{Field: name, Label: w.language.Of(domain.LabelOf(field)), Value: text})
		}
	}
	return details
}

// value is a value as people read it; false for what has no such form.
func (w wording) value(name string, value reflect.Value, event reflect.Type) (string, bool) {
	switch v := value.Interface().(type) {
	case domain.Personal:
		return w.personal(name, v), true
	case domain.StaffID:
		return w.staff(v), true
	case domain.UnitID:
		return w.unit(v), true
	case domain.Fen:
		return v.Grouped(), true
	case domain.Date:
		return v.String(), true
	case time.Time:
		return When(v, w.zone).Format(time.RFC3339Nano), true
	case domain.UniqueName:
		kind, _ := aggregates.All().Unique(v)
		return w.language.Of(kind.Chinese, kind.English), true
	case domain.Worded:
		return w.word(v, value.String()), true
	case []string:
		return w.names(v, event), true
	case []domain.Exception:
		return w.exceptions(v, event), true
	case attribution.Explanation:
		return w.explain(v), true
	}
	if field, is := belongsTo(name); is && w.eyes.sees[field] == staff.Hidden {
		return "", true
	}
	switch value.Kind() {
	case reflect.String:
		return value.String(), true
	case reflect.Bool:
		return w.language.Of("是", "yes"), true
	case reflect.Int, reflect.Int64:
		return strconv.FormatInt(value.Int(), 10), true
	case reflect.Array:
		if text, ok := value.Interface().(interface{ String() string }); ok {
			return text.String(), true
		}
	}
	return "", false
}

// word is what people call the value of an enumeration with that code.
func (w wording) word(of domain.Worded, code string) string {
	word := domain.WordFor(of.Words(), code)
	return cmp.Or(w.language.Of(word.Chinese, word.English), code)
}

// names puts a list of texts into words. Some name fields: of the event itself, or
// of the customer.
func (w wording) names(texts []string, event reflect.Type) string {
	var named []string
	for _, text := range w.eyes.known(texts) {
		label := w.labelOf(text, event)
		if field := staff.Field(text); label == "" && field.Valid() {
			label = w.word(field, text)
		}
		named = append(named, cmp.Or(label, text))
	}
	return strings.Join(named, ", ")
}

// labelOf is what people call the field by that name in a struct; empty when it has
// none such.
func (w wording) labelOf(name string, in reflect.Type) string {
	for i := range in.NumField() {
		field := in.Field(i)
		if snake(field.Name) == name {
			return w.language.Of(domain.LabelOf(field))
		}
		if field.Type.Kind() == reflect.Struct {
			if label := w.labelOf(name, field.Type); label != "" {
				return label
			}
		}
	}
	return ""
}

// personal is a personal text through the reader's eyes.
func (w wording) personal(name string, text domain.Personal) string {
	field, known := personalField(name)
	if !known || w.eyes.sees[field] == staff.Hidden {
		return ""
	}
	if text.Erased() {
		return w.language.Of("（已删除）", "(erased)")
	}
	if gender := identity.Gender(text.Reveal()); field == staff.FieldGender && gender.Valid() && w.eyes.sees[field] == staff.Plain {
		return w.word(gender, string(gender))
	}
	return w.eyes.shown(field, text.Reveal(), maskOf(field))
}

func (w wording) exceptions(all []domain.Exception, event reflect.Type) string {
	var texts []string
	codes := aggregates.Codes()
	for _, e := range all {
		refusal := &domain.Error{Code: domain.FindCode(codes, e.Code)}
		texts = append(texts, strings.TrimRight(w.language.Of(refusal.MessageZH(), refusal.Message()), "：: .")+" ["+w.names(e.Fields, event)+"]")
	}
	return strings.Join(texts, "; ")
}

// personalField says which field of the field policy a personal text in an event
// is; what is none of them is not shown at all (C-03).
func personalField(name string) (staff.Field, bool) {
	switch name {
	case "account":
		return staff.FieldBankAccount, true
	case "purpose", "outcome":
		return staff.FieldRemark, true
	}
	field := staff.Field(name)
	return field, field.Valid()
}

// belongsTo says of which personal field a text is a part that is not personal by
// itself: who may not know of a bank account is not told where it is kept either.
func belongsTo(name string) (staff.Field, bool) {
	switch name {
	case "head_bank", "branch", "sub_branch":
		return staff.FieldBankAccount, true
	}
	return "", false
}

// maskOf is how a field looks to who may see it only in part.
func maskOf(field staff.Field) func(string) string {
	switch field {
	case staff.FieldName, staff.FieldLegalRepresentative, staff.FieldContactPerson:
		return identity.MaskName
	case staff.FieldIdentityNumber:
		return identity.MaskDocument
	case staff.FieldPhone:
		return identity.MaskPhone
	case staff.FieldBankAccount:
		return identity.MaskAccount
	case staff.FieldAddress:
		return identity.MaskAddress
	}
	return nothing
}

// staffName is a member of staff as colleagues know them.
func (r *Reader) staffName(id domain.StaffID) string {
	member, err := r.Ledger.Member(r.ctx, id)
	if err != nil || !member.Exists() {
		return id.String()
	}
	name := member.Name.Reveal()
	if member.EmployeeNo != "" {
		name += " (" + member.EmployeeNo + ")"
	}
	return name
}

// unitName is a unit as people know it.
func (r *Reader) unitName(id domain.UnitID) string {
	tree, err := r.Ledger.Tree(r.ctx)
	if err != nil || tree.Unit(id).ID.IsZero() {
		return id.String()
	}
	unit := tree.Unit(id)
	return unit.Name + " (" + unit.Code + ")"
}

// snake is a Go name as the API writes it: AmountFen is amount_fen, SHA256 sha256.
func snake(name string) string {
	var b strings.Builder
	var before rune
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
		before = r
	}
	return b.String()
}
