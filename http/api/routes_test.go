package api

import (
	"net/http"
	"slices"
	"testing"

	"guishu/commands"
	"guishu/domain/staff"
	"guishu/http/question"
)

// described is the API without a ledger, whose routes can be looked at.
func described() *API {
	a := New(Config{Records: new(question.Records)})
	a.Areas()
	return a
}

// Everything that can be done can be asked for, at one address, under its own name.
func TestEveryCommandHasOneRoute(t *testing.T) {
	t.Parallel()
	routes := map[string][]Route{}
	for _, route := range described().Routes() {
		routes[route.Name] = append(routes[route.Name], route)
	}
	for _, command := range commands.All() {
		verb := command.Verb()
		found := routes[verb.Name]
		if len(found) != 1 || found[0].Method != http.MethodPost || found[0].Needs != verb.Needs || found[0].Title != verb.Title {
			t.Errorf("%s has the routes %+v", verb.Name, found)
		}
	}
	for _, command := range commands.OfTheLedger() {
		if found := routes[command.Verb().Name]; len(found) > 0 {
			t.Errorf("%s, which only the ledger may give, has the routes %+v", command.Verb().Name, found)
		}
	}
}

// Every route says who may use it: it needs a permission that there is.
func TestEveryRouteDeclaresAPermission(t *testing.T) {
	t.Parallel()
	for _, route := range described().Routes() {
		if !slices.Contains(staff.AllPermissions.Values(), route.Needs) || route.Entrance != ForStaff {
			t.Errorf("%s %s needs %q", route.Method, route.Path, route.Needs)
		}
		if route.Name == "" || route.Title.Chinese == "" || route.Title.English == "" || route.Does.Chinese == "" || route.Does.English == "" {
			t.Errorf("%s %s does not say in both languages what it does: %+v", route.Method, route.Path, route)
		}
	}
}
