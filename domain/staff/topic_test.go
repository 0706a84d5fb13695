package staff_test

import (
	"slices"
	"testing"

	"guishu/domain"
	"guishu/domain/staff"
)

// S-07: the topics are the words before the point in the permissions' names, all of
// them and no others.
func TestEveryPermissionHasItsTopic(t *testing.T) {
	t.Parallel()
	var used []staff.Topic
	for _, permission := range staff.AllPermissions.Values() {
		if !permission.Topic().Valid() {
			t.Errorf("%s is about no topic", permission)
		}
		used = append(used, permission.Topic())
	}
	for _, topic := range staff.Topics.Values() {
		if !slices.Contains(used, topic) {
			t.Errorf("no permission is about %s", topic)
		}
	}
}

// S-07: whoever hands on what they may do about some topics hands nothing else on,
// neither by their roles nor by what everybody may.
func TestAboutSomeTopicsAPrincipalMayNothingElse(t *testing.T) {
	t.Parallel()
	paths := tree()
	here := paths.Path(unit("self"))
	for _, role := range domain.Roles.Values() {
		whole := acting(as(role, "self"))
		some := whole.About([]staff.Topic{"customer", "payment"})
		for _, permission := range staff.AllPermissions.Values() {
			may := permission.Topic() == "customer" || permission.Topic() == "payment"
			if got, want := some.Holds(permission), may && whole.Holds(permission); got != want {
				t.Errorf("%s: %s held %t, want %t", role, permission, got, want)
			}
			if got, want := some.May(permission, here, domain.SelfOperated), may && whole.May(permission, here, domain.SelfOperated); got != want {
				t.Errorf("%s: %s %t, want %t", role, permission, got, want)
			}
			if got, want := some.Scope(permission).Empty(), !may || whole.Scope(permission).Empty(); got != want {
				t.Errorf("%s: the scope of %s is empty %t, want %t", role, permission, got, want)
			}
			if all := whole.About(nil); all.Holds(permission) != whole.Holds(permission) {
				t.Errorf("%s: %s without topics differs", role, permission)
			}
		}
		other := whole.About([]staff.Topic{"product"})
		for _, field := range staff.Fields.Values() {
			if some.Sees(field, here, domain.SelfOperated, true) != whole.Sees(field, here, domain.SelfOperated, true) {
				t.Errorf("%s: about customers %s is seen otherwise", role, field)
			}
			if other.Sees(field, here, domain.SelfOperated, true) != staff.Hidden || other.MayReveal(field, here, domain.SelfOperated, true) || !other.ScopeSearching([]staff.Field{field}, []staff.Field{field}).Empty() {
				t.Errorf("%s: about products %s is seen", role, field)
			}
		}
		if whole.Holds(staff.ReadCustomers) != acting(as(role, "self")).Holds(staff.ReadCustomers) {
			t.Errorf("%s: the whole principal was changed", role)
		}
	}
}
