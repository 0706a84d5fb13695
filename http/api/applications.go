package api

import (
	"context"
	"errors"
	"net/http"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/ownership"
	"guishu/eventstore"
	"guishu/http/question"
)

// applicationRoutes are about who owns a customer.
func (a *API) applicationRoutes() {
	const area = "申请 Applications"
	list(a, area, "/v1/applications", question.Applications())
	one(a, area, "/v1/applications/{application}", question.OneApplication())
	telling(a, area, "/v1/look-ups", a.lookUp)
	command[commands.ClaimCustomer](a, area, "/v1/claims")
	command[commands.RequestAdjustment](a, area, "/v1/adjustments")
	command[commands.RequestDissolution](a, area, "/v1/dissolutions")
	deciding(a, area, "/v1/applications/{application}/consent", func(c *commands.ConsentToClaim) application { return application{&c.Customer, &c.Line, &c.Application} })
	deciding(a, area, "/v1/applications/{application}/approval", func(c *commands.ApproveClaim) application { return application{&c.Customer, &c.Line, &c.Application} })
	deciding(a, area, "/v1/applications/{application}/rejection", func(c *commands.RejectClaim) application { return application{&c.Customer, &c.Line, &c.Application} })
	deciding(a, area, "/v1/applications/{application}/withdrawal", func(c *commands.WithdrawClaim) application { return application{&c.Customer, &c.Line, &c.Application} })
}

// claimable is a customer that a look-up found free to claim.
type claimable struct {
	ledger.Answer
	Customer domain.CustomerID              `json:"customer"`
	Line     domain.BusinessLine            `json:"line"`
	Kind     ownership.ApplicationKind      `json:"kind" doc:"应提交的申请事项。 The kind of application to file."`
	Home     *question.Named[domain.UnitID] `json:"home" doc:"客户归属机构。 The customer's home unit."`
}

func (c claimable) taken() ledger.Answer { return c.Answer }

func (a *API) lookUp(ctx context.Context, call ledger.Call, c commands.LookUpCustomer) (claimable, error) {
	found, err := ledger.Ask(ctx, a.Ledger, call, c)
	home := a.Records.For(ctx, ExchangeOf(ctx).Principal, question.Chinese).Department(found.Home)
	return claimable{Answer: found.Answer, Customer: found.Customer, Line: found.Line, Kind: found.Kind, Home: home}, err
}

// application is where a command names the application that it is about.
type application struct {
	customer    *domain.CustomerID
	line        *domain.BusinessLine
	application *domain.ApplicationID
}

// deciding makes the route of a command about an application, which one id finds
// (K-22): the customer and the line follow from it, and are put into the command before
// it is given. A body may repeat them, but not say otherwise.
func deciding[C ledger.Command](a *API, area, path string, about func(*C) application) {
	waits, needs := parametersOf(typeOf[question.Fresh]()), verbOf[C]().Needs
	give(a, area, path, verbOf[C](), doing[C](a), completion[C]{
		in: waits, from: []string{"customer", "line"},
		apply: func(r *http.Request, x *Exchange, c *C) error {
			if !x.Principal.Holds(needs) {
				return domain.ErrAuthzDenied
			}
			var fresh question.Fresh
			if err := fill(&fresh, waits, r); err != nil {
				return err
			}
			is := about(c)
			slot, err := a.Records.SlotOf(r.Context(), *is.application, eventstore.Position(fresh.MinPosition))
			if err != nil {
				return err
			}
			return errors.Join(agree(is.customer, "customer", slot.Customer), agree(is.line, "line", slot.Line))
		},
	})
}
