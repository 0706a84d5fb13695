package domain_test

import (
	"reflect"
	"testing"

	"guishu/domain"
	"guishu/domain/customer"
)

// B-16: what is missing refuses a fact entered now, naming all of it, and is an
// exception of approved history.
func TestGates(t *testing.T) {
	t.Parallel()
	through := func(p domain.Provenance) ([]domain.Exception, error) {
		g := domain.Gates{Provenance: p}
		g.Require(true, customer.ErrRequired, "name")
		g.Require(false, customer.ErrRequired, "phone")
		g.Require(false, customer.ErrChannelTypeRequired, "channel_type")
		g.Require(false, customer.ErrRequired, "source")
		return g.Pass()
	}
	exceptions, err := through(domain.EnteredNow)
	refusal, _ := domain.AsError(err)
	if exceptions != nil || refusal == nil || refusal.Code != customer.ErrRequired || refusal.Field != "phone" || refusal.Params["fields"] != "phone,source" {
		t.Errorf("entered now: %v %+v", exceptions, refusal)
	}
	exceptions, err = through(domain.ApprovedHistory)
	want := []domain.Exception{{Code: "customer/required", Fields: []string{"phone", "source"}}, {Code: "customer/channel-type-required", Fields: []string{"channel_type"}}}
	if err != nil || !reflect.DeepEqual(exceptions, want) {
		t.Errorf("history: %v %v", exceptions, err)
	}
	if exceptions, err := new(domain.Gates).Pass(); exceptions != nil || err != nil {
		t.Error("nothing missing is neither refusal nor exception")
	}
}
