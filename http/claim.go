package http

import (
	"context"
	"net/http"

	"guishu/commands"
	"guishu/domain"
)

// claimable is a customer that a look-up found free to claim.
type claimable struct {
	commands.Answer
	Customer domain.CustomerID      `json:"customer"`
	Line     domain.BusinessLine    `json:"line"`
	Kind     domain.ApplicationKind `json:"kind" doc:"The kind of application to file."`
	Home     domain.UnitID          `json:"home"`
}

// claimRoutes are about who owns a customer.
func (s *Server) claimRoutes() {
	const area = "认领 Claims"
	// Look a customer up by the exact keys; every look-up is on record and counted.
	commandGiving(s, area, route{http.MethodPost, "/v1/look-ups", "look-up-customer", "申请前查询", "Look a customer up", forStaff}, s.lookUp)
	// File a claim.
	command(s, area, route{http.MethodPost, "/v1/claims", "claim-customer", "认领客户", "Claim a customer", forStaff}, s.Ledger.ClaimCustomer)
	// Ask for another owner.
	command(s, area, route{http.MethodPost, "/v1/adjustments", "request-adjustment", "申请调整客户关系", "Request an adjustment", forStaff}, s.Ledger.RequestAdjustment)
	// Ask that nobody owns the customer any more.
	command(s, area, route{http.MethodPost, "/v1/dissolutions", "request-dissolution", "申请解除客户关系", "Request a dissolution", forStaff}, s.Ledger.RequestDissolution)
	// The head of the home outlet consents to a claim from elsewhere.
	command(s, area, route{http.MethodPost, "/v1/claims/{customer}/{line}/{application}/consent", "consent-to-claim", "归属机构同意", "Consent", forStaff}, s.Ledger.ConsentToClaim)
	// Approve.
	command(s, area, route{http.MethodPost, "/v1/claims/{customer}/{line}/{application}/approval", "approve-claim", "同意认领", "Approve", forStaff}, s.Ledger.ApproveClaim)
	// Reject, with a reason.
	command(s, area, route{http.MethodPost, "/v1/claims/{customer}/{line}/{application}/rejection", "reject-claim", "不同意认领", "Reject", forStaff}, s.Ledger.RejectClaim)
	// Withdraw one's own.
	command(s, area, route{http.MethodPost, "/v1/claims/{customer}/{line}/{application}/withdrawal", "withdraw-claim", "撤回申请", "Withdraw", forStaff}, s.Ledger.WithdrawClaim)
}

func (s *Server) lookUp(ctx context.Context, call commands.Call, c commands.LookUpCustomer) (claimable, error) {
	found, err := s.Ledger.LookUpCustomer(ctx, call, c)
	return claimable{Answer: found.Answer, Customer: found.Customer, Line: found.Line, Kind: found.Kind, Home: found.Home}, err
}

func (a claimable) taken() commands.Answer { return a.Answer }
