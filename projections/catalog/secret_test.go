package catalog_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/eventstore/sealing"
	"guishu/projections"
	"guishu/projections/catalog"
	"guishu/projections/projectiontest"
)

// secrets are personal texts, put into every personal field of every event that a
// customer's life is told in.
type secrets struct {
	texts map[string]bool
	told  map[reflect.Type]bool // events with personal fields
}

var personal = reflect.TypeFor[domain.Personal]()

// wellFormed are the texts of fields that have a form, by the field's name.
var wellFormed = map[string]string{
	"Name": "曾乐", "Phone": "+862584567890 ext. 801", "IdentityNumber": "11010519491231002X", "Birthday": "1949-12-31", "Gender": "FEMALE",
}

// fill gives the event with all of its personal fields filled.
func (s *secrets) fill(event any) any {
	filled := reflect.New(reflect.TypeOf(event)).Elem()
	filled.Set(reflect.ValueOf(event))
	if s.walk(filled, reflect.TypeOf(event).String()) {
		s.told[filled.Type()] = true
	}
	return filled.Interface()
}

func (s *secrets) walk(v reflect.Value, path string) (any bool) {
	for i := range v.NumField() {
		field, inner := v.Type().Field(i), v.Field(i)
		switch {
		case field.Type == personal:
			text, has := wellFormed[field.Name]
			if !has {
				text = "secret " + path + "." + field.Name
			}
			s.texts[text] = true
			inner.Set(reflect.ValueOf(domain.NewPersonal(text)))
			any = true
		case field.Type == reflect.TypeFor[identity.DocumentType]():
			inner.SetString(string(identity.ResidentCard))
		case field.Type.Kind() == reflect.Struct && field.IsExported():
			any = s.walk(inner, path+"."+field.Name) || any
		}
	}
	return any
}

// hasPersonal says that a type has personal fields.
func hasPersonal(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	for i := range t.NumField() {
		if field := t.Field(i); field.Type == personal || field.IsExported() && hasPersonal(field.Type) {
			return true
		}
	}
	return false
}

// Whatever a read model keeps of a customer in clear, in any column of any table, is
// declared as the customer's and emptied by the erasure; what is of staff stays.
func TestErasureEmptiesEveryPersonalColumnOfEveryModel(t *testing.T) {
	t.Parallel()
	b := empty(t)
	models := catalog.Models(sealing.NewHasher(), domain.ChinaZone())
	told := &secrets{texts: map[string]bool{}, told: map[reflect.Type]bool{}}
	story := projectiontest.NewStory(2)
	customers := map[domain.CustomerID]bool{}
	for n := range 12 {
		for _, write := range story.Life(n) {
			for i, event := range write.Events {
				if registered, is := event.(customer.Registered); is {
					customers[registered.Customer] = true
				}
				write.Events[i] = told.fill(event)
			}
			b.AppendAt(write.At, write.Stream, write.Events...)
		}
	}
	for id := range customers {
		b.Append(customer.StreamPrefix+id.String(), told.fill(customer.PhoneRecorded{Customer: id}))
	}
	for _, write := range story.Opening() { // staff, whose names are no secrets here
		b.AppendAt(write.At, write.Stream, write.Events...)
		for _, event := range write.Events {
			told.told[reflect.TypeOf(event)] = true
		}
	}
	for _, version := range b.Codec.Registry().Versions() {
		if version.Current && hasPersonal(version.GoType) && !told.told[version.GoType] {
			t.Errorf("%s has personal texts, and no customer's life tells it here: add it", version.Type)
		}
	}
	b.Wait(b.runner)

	for _, model := range models {
		for _, table := range model.Describe() {
			hidden := make([]string, 0, len(table.Personal))
			for column := range table.Personal {
				hidden = append(hidden, column)
				values := b.values(t, table.Name, column)
				if len(values) == 0 {
					t.Errorf("%s.%s is empty, so that an erasure empties it proves nothing: tell what fills it", table.Name, column)
				}
				for _, value := range values {
					// A text of a few letters stands in others by chance.
					if value = strings.TrimPrefix(value, `\x`); table.Personal[column] == projections.OfCustomer && len(value) > 5 {
						told.texts[value] = true
					}
				}
			}
			b.findsNone(t, table.Name, told, hidden...)
		}
	}

	for id := range customers {
		b.erase(t, id)
	}
	b.Wait(b.runner)
	b.keepsNone(t, models, told)
	b.Agrees(b.runner)
	for _, model := range models {
		if report, err := b.runner.Rebuild(b.ctx, model.Name, nil); err != nil || report.Differences != 0 || !report.Compared {
			t.Errorf("rebuilt %+v: %v", report, err)
		}
	}
	b.keepsNone(t, models, told)
}

// keepsNone says that no table keeps a text of a customer.
func (b *bed) keepsNone(t *testing.T, models []projections.Model, told *secrets) {
	t.Helper()
	for _, model := range models {
		for _, table := range model.Describe() {
			for column, of := range table.Personal {
				values := b.values(t, table.Name, column)
				if of == projections.OfCustomer && len(values) > 0 {
					t.Errorf("read model %s, version %d: the erasure leaves %s.%s as %q", model.Name, model.Version, table.Name, column, values)
				}
				if of == projections.OfStaff && len(values) == 0 {
					t.Errorf("the erasure of customers emptied %s.%s, which is of staff", table.Name, column)
				}
			}
			b.findsNone(t, table.Name, told)
		}
	}
}

// values are those of a column, none when all are empty.
func (b *bed) values(t *testing.T, table, column string) []string {
	t.Helper()
	rows, err := b.Pool.Query(b.ctx, fmt.Sprintf(`SELECT DISTINCT "%s"::text FROM read."%s" WHERE "%[1]s"::text <> ''`, column, table))
	if err != nil {
		t.Fatal(err)
	}
	values, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// findsNone says that no row of a table has a secret outside of some columns.
func (b *bed) findsNone(t *testing.T, table string, told *secrets, except ...string) {
	t.Helper()
	if except == nil {
		except = []string{}
	}
	rows, err := b.Pool.Query(b.ctx, fmt.Sprintf(`
		SELECT text, min(rest) FROM unnest($1::text[]) AS text
		JOIN (SELECT (to_jsonb(r) - $2::text[])::text AS rest FROM read."%s" r) AS shown ON position(text in rest) > 0
		GROUP BY text`, table), slices.Collect(maps.Keys(told.texts)), except)
	if err != nil {
		t.Fatal(err)
	}
	var text, row string
	_, err = pgx.ForEachRow(rows, []any{&text, &row}, func() error {
		t.Errorf("the personal text %q stands in a column of %s that is not declared so (Column.Personal): %s", text, table, row)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
