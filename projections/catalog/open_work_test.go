package catalog

import (
	"maps"
	"slices"
	"testing"

	"guishu/domain"
	"guishu/domain/aggregates"
	"guishu/domain/ownership"
	"guishu/domain/payment"
	"guishu/eventstore/sealing"
	"guishu/projections/projectiontest"
)

// B-27: work that no query finds is lost when the member of staff leaves.
func TestEveryCategoryThatCanBeOpenWorkHasAQuery(t *testing.T) {
	t.Parallel()
	var wanted []string
	for _, category := range aggregates.All().Categories() {
		if category.OpenWork == domain.MayBeOpenWork {
			wanted = append(wanted, category.Name())
		}
	}
	slices.Sort(wanted)
	if asked := slices.Sorted(maps.Keys(openWork())); !slices.Equal(asked, wanted) {
		t.Errorf("open work is looked for in %v, want %v", asked, wanted)
	}
}

func TestOpenWorkIsWhatWaitsForOnePerson(t *testing.T) { // B-27
	t.Parallel()
	l := projectiontest.New(t)
	runner, _ := l.Run(Models(sealing.NewHasher(), domain.ChinaZone())...)
	who, other, of := projectiontest.ID[domain.StaffID](), projectiontest.ID[domain.StaffID](), projectiontest.ID[domain.CustomerID]()
	claims := [3]domain.ApplicationID{}
	for i, applicant := range []domain.StaffID{who, who, other} {
		claims[i] = projectiontest.ID[domain.ApplicationID]()
		l.Append(ownership.StreamOf(of, domain.Agency), ownership.ClaimFiled{
			Application: claims[i], Kind: ownership.EstablishRelation, Customer: of, Line: domain.Agency, Applicant: applicant,
		})
	}
	l.Append(ownership.StreamOf(of, domain.Agency), ownership.ClaimWithdrawn{Application: claims[0]})
	deals := [2]payment.Deal{}
	for i := range deals {
		deals[i] = payment.Deal{Payment: projectiontest.ID[domain.PaymentID](), Customer: of, Advisor: who, AmountFen: 100}
		l.Append(payment.StreamPrefix+deals[i].Payment.String(), payment.Reserved{Deal: deals[i]})
	}
	l.Append(payment.StreamPrefix+deals[0].Payment.String(), payment.Cancelled{Deal: deals[0]})
	l.Wait(runner)
	wanted := []string{claims[1].String(), deals[1].Payment.String()}
	slices.Sort(wanted)
	if open, err := NewCensus(l.Pool, domain.ChinaZone()).OpenWork(t.Context(), who); err != nil || !slices.Equal(open, wanted) {
		t.Errorf("%v waits, want %v: %v", open, wanted, err)
	}
}
