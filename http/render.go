package http

import (
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"

	"guishu/domain"
	"guishu/domain/aggregates"
	"guishu/domain/identity"
	"guishu/domain/staff"
)

// detail is one field of an event, in words.
type detail struct {
	Field string `json:"field"`
	Label string `json:"label" doc:"The field's name in the reader's language."`
	Value string `json:"value"`
}

// worded is a value of an enumeration, which people have names for.
type worded interface {
	Chinese() string
	English() string
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

// render puts an event's fields into words, as the reader may see them. It walks
// the struct, so that a field that is added is shown, and a personal one only
// through the field policy.
func (a *asking) render(event any) []detail {
	return a.renderStruct(nil, reflect.ValueOf(event))
}

func (a *asking) renderStruct(details []detail, event reflect.Value) []detail {
	if event.Kind() != reflect.Struct {
		return details
	}
	for i := range event.NumField() {
		field := event.Type().Field(i)
		if !field.IsExported() || event.Field(i).IsZero() {
			continue
		}
		name := detailName(field)
		text, known := a.inWords(name, event.Field(i))
		switch {
		case !known && event.Field(i).Kind() == reflect.Struct:
			details = a.renderStruct(details, event.Field(i))
		case known && text != "":
			details = append(details, detail{Field: name, Label: labelOf(name, a.language), Value: text})
		}
	}
	return details
}

// detailName is what a field is called in the timeline: by its own name, unless
// two events mean different things by one.
func detailName(field reflect.StructField) string {
	name := snake(field.Name)
	switch {
	case name == "winner" && field.Type == reflect.TypeFor[domain.ApplicationID]():
		return "winning_application"
	case name == "by" && field.Type.Kind() == reflect.String:
		return "looked_up_by"
	}
	return name
}

// inWords is a value as people read it; false for what has no such form.
func (a *asking) inWords(name string, value reflect.Value) (string, bool) {
	switch v := value.Interface().(type) {
	case domain.Personal:
		return a.personal(name, v), true
	case domain.StaffID:
		return a.staffName(v), true
	case domain.UnitID:
		return a.unitName(v), true
	case domain.Fen:
		return v.Grouped(), true
	case domain.Date:
		return v.String(), true
	case time.Time:
		return v.In(a.server.Location).Format(time.RFC3339), true
	case worded:
		return a.language.of(v.Chinese(), v.English()), true
	case []string:
		return strings.Join(a.eyes.known(v), ", "), true
	case []domain.Exception:
		return a.exceptions(v), true
	}
	if field, is := belongsTo(name); is && a.eyes.sees[field] == staff.Hidden {
		return "", true
	}
	switch value.Kind() {
	case reflect.String:
		return value.String(), true
	case reflect.Bool:
		return a.language.of("是", "yes"), true
	case reflect.Int, reflect.Int64:
		return strconv.FormatInt(value.Int(), 10), true
	case reflect.Array:
		if text, ok := value.Interface().(interface{ String() string }); ok {
			return text.String(), true
		}
	}
	return "", false
}

// personal is a personal text through the reader's eyes.
func (a *asking) personal(name string, text domain.Personal) string {
	field, known := personalField(name)
	if !known || a.eyes.sees[field] == staff.Hidden {
		return ""
	}
	if text.Erased() {
		return a.language.of("（已删除）", "(erased)")
	}
	if gender := identity.Gender(text.Reveal()); field == staff.FieldGender && gender.Valid() && a.eyes.sees[field] == staff.Plain {
		return a.language.of(gender.Chinese(), gender.English())
	}
	return a.eyes.shown(field, text.Reveal(), maskOf(field))
}

func (a *asking) exceptions(all []domain.Exception) string {
	var texts []string
	codes := aggregates.Codes()
	for _, e := range all {
		refusal := &domain.Error{Code: domain.FindCode(codes, e.Code)}
		texts = append(texts, strings.TrimRight(sentence(refusal, a.language), "：: .")+" ["+strings.Join(a.eyes.known(e.Fields), ", ")+"]")
	}
	return strings.Join(texts, "; ")
}

// staffName is a member of staff as colleagues know them.
func (a *asking) staffName(id domain.StaffID) string {
	member, err := a.server.Ledger.Member(a.ctx, id)
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
func (a *asking) unitName(id domain.UnitID) string {
	tree, err := a.server.Ledger.Tree(a.ctx)
	if err != nil || tree.Unit(id).ID.IsZero() {
		return id.String()
	}
	unit := tree.Unit(id)
	return unit.Name + " (" + unit.Code + ")"
}

// snake is a Go name as the API writes it: AmountFen is amount_fen.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
