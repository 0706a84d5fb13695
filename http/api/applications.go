package api

import (
	"context"
	"errors"
	"net/http"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/ownership"
	"guishu/domain/staff"
	"guishu/eventstore"
	"guishu/http/question"
)

// applicationRoutes are about who owns a customer.
func (a *API) applicationRoutes() {
	const area = "申请 Applications"
	// The approver's inbox, and an applicant's own applications.
	list(a, area, "/v1/applications", question.Applications())
	// One application.
	one(a, area, "/v1/applications/{application}", question.OneApplication())
	// Look a customer up by the exact keys; every look-up is on record and counted.
	telling(a, area, given("/v1/look-ups", "look-up-customer", "申请前查询", "Look a customer up"), nil, a.lookUp)
	// File a claim.
	command(a, area, given("/v1/claims", "claim-customer", "认领客户", "Claim a customer"), a.Ledger.ClaimCustomer)
	// Ask for another owner.
	command(a, area, given("/v1/adjustments", "request-adjustment", "申请调整客户关系", "Request an adjustment"), a.Ledger.RequestAdjustment)
	// Ask that nobody owns the customer any more.
	command(a, area, given("/v1/dissolutions", "request-dissolution", "申请解除客户关系", "Request a dissolution"), a.Ledger.RequestDissolution)
	// The head of the home outlet consents to a claim from elsewhere.
	deciding(a, area, given("/v1/applications/{application}/consent", "consent-to-claim", "归属机构同意", "Consent").needing(staff.ConsentToClaim), a.Ledger.ConsentToClaim, func(c *commands.ConsentToClaim) (*domain.CustomerID, *domain.BusinessLine, *domain.ApplicationID) {
		return &c.Customer, &c.Line, &c.Application
	})
	// Approve.
	deciding(a, area, given("/v1/applications/{application}/approval", "approve-claim", "同意认领", "Approve").needing(staff.DecideClaim), a.Ledger.ApproveClaim, func(c *commands.ApproveClaim) (*domain.CustomerID, *domain.BusinessLine, *domain.ApplicationID) {
		return &c.Customer, &c.Line, &c.Application
	})
	// Reject, with a reason.
	deciding(a, area, given("/v1/applications/{application}/rejection", "reject-claim", "不同意认领", "Reject").needing(staff.DecideClaim), a.Ledger.RejectClaim, func(c *commands.RejectClaim) (*domain.CustomerID, *domain.BusinessLine, *domain.ApplicationID) {
		return &c.Customer, &c.Line, &c.Application
	})
	// Withdraw one's own.
	deciding(a, area, given("/v1/applications/{application}/withdrawal", "withdraw-claim", "撤回申请", "Withdraw").needing(staff.ReadUnits), a.Ledger.WithdrawClaim, func(c *commands.WithdrawClaim) (*domain.CustomerID, *domain.BusinessLine, *domain.ApplicationID) {
		return &c.Customer, &c.Line, &c.Application
	})
}

// claimable is a customer that a look-up found free to claim.
type claimable struct {
	commands.Answer
	Customer domain.CustomerID              `json:"customer"`
	Line     domain.BusinessLine            `json:"line"`
	Kind     ownership.ApplicationKind      `json:"kind" doc:"应提交的申请事项。 The kind of application to file."`
	Home     *question.Named[domain.UnitID] `json:"home" doc:"客户归属机构。 The customer's home unit."`
}

func (a claimable) taken() commands.Answer { return a.Answer }

func (a *API) lookUp(ctx context.Context, call commands.Call, c commands.LookUpCustomer) (claimable, error) {
	found, err := a.Ledger.LookUpCustomer(ctx, call, c)
	if err != nil {
		return claimable{Answer: found.Answer}, err
	}
	reader := a.Records.For(ctx, ExchangeOf(ctx).Principal, question.Chinese)
	return claimable{Answer: found.Answer, Customer: found.Customer, Line: found.Line, Kind: found.Kind, Home: reader.Department(found.Home)}, nil
}

// deciding makes the route of a verb about an application, which one id finds (K-22):
// the customer and the line follow from it, and are put into the command before it is
// given. A body may repeat them, but not say otherwise.
func deciding[C any](a *API, area string, rt Route, run verb[C, commands.Answer], about func(*C) (*domain.CustomerID, *domain.BusinessLine, *domain.ApplicationID)) {
	telling(a, area, rt, &completion[C]{
		in: parametersOf(typeOf[question.Fresh]()), from: []string{"customer", "line"},
		apply: func(r *http.Request, x *Exchange, c *C) error {
			if !x.Principal.Holds(rt.Needs) {
				return domain.ErrAuthzDenied
			}
			customer, line, application := about(c)
			var fresh question.Fresh
			if err := fill(&fresh, parametersOf(typeOf[question.Fresh]()), r); err != nil {
				return err
			}
			slot, err := a.Records.SlotOf(r.Context(), *application, eventstore.Position(fresh.MinPosition))
			if err != nil {
				return err
			}
			return errors.Join(agree(customer, "customer", slot.Customer), agree(line, "line", slot.Line))
		},
	}, plainly(run))
}
