package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/organisation"
	"guishu/domain/ownership"
	"guishu/domain/policy"
	"guishu/domain/referral"

	"github.com/google/uuid"
)

// theReferral is a referral within the jurisdiction of whoever asks, or one that they
// offered or were offered.
func theReferral(id domain.ReferralID) ledger.Target[*referral.State] {
	where := func(t *ledger.Task, tree *organisation.Tree, r *referral.State) (ledger.Where, error) {
		if !r.Known() {
			return nil, domain.ErrQueryNotFoundOrOutOfScope
		}
		return ledger.PlaceOf(tree.Unit(r.Terms.TargetUnit)).IfOwn(t.Actor() == r.Terms.Target || t.Actor() == r.Terms.Referrer), nil
	}
	return ledger.StateOf(uuid.UUID(id), ledger.StreamOf(referral.StreamPrefix, id), where)
}

// answering is an answer of whoever asks, today.
func answering(t *ledger.Task) referral.Answering {
	return referral.Answering{By: t.Actor(), Today: t.Today()}
}

// offeredCase is what the offer of a customer rests on.
type offeredCase struct {
	customer         ownership.Customer
	referrer, target ownership.Person
}

// newReferral is a referral that is to be made, where its customer is.
func newReferral(id domain.CustomerID, target domain.StaffID) ledger.Source[offeredCase] {
	return ledger.Source[offeredCase]{
		Kind: "referral", Prefix: referral.StreamPrefix,
		Load: func(ctx context.Context, t *ledger.Task) (found ledger.Found[offeredCase], err error) {
			who, home, err := customerAt(ctx, t.Ledger(), id)
			if err != nil {
				return found, err
			}
			relation, err := relation(ctx, t, who.State, home)
			if err != nil {
				return found, err
			}
			found.Where = ledger.PlaceOf(home).IfOwn(relation != customer.Relation{})
			if found.State.customer, err = owningCustomer(ctx, t.Ledger(), who.State); err != nil {
				return found, err
			}
			if found.State.referrer, err = owningPerson(ctx, t.Ledger(), t.Actor(), policy.ClaimRules{}); err != nil {
				return found, err
			}
			found.State.target, err = owningPerson(ctx, t.Ledger(), target, policy.ClaimRules{})
			return found, err
		},
	}
}
