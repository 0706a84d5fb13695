package http

import (
	"context"
	"errors"
	"net/http"
	"time"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/identity"
	"guishu/domain/ownership"
	"guishu/domain/staff"
	"guishu/projections/claims"
)

// claimable is a customer that a look-up found free to claim.
type claimable struct {
	ledger.Answer
	Customer domain.CustomerID         `json:"customer"`
	Line     domain.BusinessLine       `json:"line"`
	Kind     ownership.ApplicationKind `json:"kind" doc:"The kind of application to file."`
	Home     domain.UnitID             `json:"home"`
}

// claimRoutes are about who owns a customer.
func (s *Server) claimRoutes() {
	const area = "认领 Claims"
	// The approver's inbox, and an applicant's own applications.
	list(s, area, route{http.MethodGet, "/v1/claims", "list-claims", "申请列表", "List applications", forStaff}, claimList(), chooseClaims, showClaim)
	// One application.
	one(s, area, route{http.MethodGet, "/v1/claims/{application}", "get-claim", "申请", "An application", forStaff}, claimModels(), s.claim)
	// Look a customer up by the exact keys; every look-up is on record and counted.
	commandGiving(s, area, route{http.MethodPost, "/v1/look-ups", "look-up-customer", "申请前查询", "Look a customer up", forStaff}, s.lookUp)
	// File a claim.
	command(s, area, route{http.MethodPost, "/v1/claims", "claim-customer", "认领客户", "Claim a customer", forStaff}, do[commands.ClaimCustomer](s))
	// Ask for another owner.
	command(s, area, route{http.MethodPost, "/v1/adjustments", "request-adjustment", "申请调整客户关系", "Request an adjustment", forStaff}, do[commands.RequestAdjustment](s))
	// Ask that nobody owns the customer any more.
	command(s, area, route{http.MethodPost, "/v1/dissolutions", "request-dissolution", "申请解除客户关系", "Request a dissolution", forStaff}, do[commands.RequestDissolution](s))
	// The head of the home outlet consents to a claim from elsewhere.
	command(s, area, route{http.MethodPost, "/v1/claims/{customer}/{line}/{application}/consent", "consent-to-claim", "归属机构同意", "Consent", forStaff}, do[commands.ConsentToClaim](s))
	// Approve.
	command(s, area, route{http.MethodPost, "/v1/claims/{customer}/{line}/{application}/approval", "approve-claim", "同意认领", "Approve", forStaff}, do[commands.ApproveClaim](s))
	// Reject, with a reason.
	command(s, area, route{http.MethodPost, "/v1/claims/{customer}/{line}/{application}/rejection", "reject-claim", "不同意认领", "Reject", forStaff}, do[commands.RejectClaim](s))
	// Withdraw one's own.
	command(s, area, route{http.MethodPost, "/v1/claims/{customer}/{line}/{application}/withdrawal", "withdraw-claim", "撤回申请", "Withdraw", forStaff}, do[commands.WithdrawClaim](s))
}

func (s *Server) lookUp(ctx context.Context, call ledger.Call, c commands.LookUpCustomer) (claimable, error) {
	found, err := ledger.Ask(ctx, s.Ledger, call, c)
	return claimable{Answer: found.Answer, Customer: found.Customer, Line: found.Line, Kind: found.Kind, Home: found.Home}, err
}

func (a claimable) taken() ledger.Answer { return a.Answer }

// claimFilter chooses applications.
type claimFilter struct {
	Paging
	Status      ownership.ApplicationStatus `query:"status" doc:"PENDING for the inbox."`
	Kind        ownership.ApplicationKind   `query:"kind"`
	Line        domain.BusinessLine         `query:"line"`
	Unit        domain.UnitID               `query:"unit" doc:"Filed at this very unit."`
	Below       domain.UnitID               `query:"below" doc:"Filed at this unit or below it."`
	Applicant   domain.StaffID              `query:"applicant"`
	ApplicantNo string                      `query:"applicant_no" maxLength:"64" doc:"The applicant's employee number."`
	Customer    domain.CustomerID           `query:"customer"`
	From        domain.Date                 `query:"from" doc:"Filed on this day or later."`
	To          domain.Date                 `query:"to" doc:"Filed on this day or earlier."`
}

// application is an application as the API shows it.
type application struct {
	ID           domain.ApplicationID        `json:"id"`
	Kind         ownership.ApplicationKind   `json:"kind"`
	Status       ownership.ApplicationStatus `json:"status"`
	Customer     domain.CustomerID           `json:"customer"`
	CustomerNo   string                      `json:"customer_no,omitempty"`
	CustomerName string                      `json:"customer_name,omitempty"`
	Line         domain.BusinessLine         `json:"line"`
	Applicant    *named[domain.StaffID]      `json:"applicant"`
	Unit         *named[domain.UnitID]       `json:"unit" doc:"The applicant's."`
	Home         *named[domain.UnitID]       `json:"home,omitempty" doc:"The customer's, when it was filed."`
	HasPhone     bool                        `json:"has_phone" doc:"It brings a phone number."`
	NewOwner     *named[domain.StaffID]      `json:"new_owner,omitempty"`
	Reason       string                      `json:"reason,omitempty"`
	ConsentedBy  domain.StaffID              `json:"consented_by,omitempty"`
	DecidedBy    domain.StaffID              `json:"decided_by,omitempty"`
	DecidedAt    *time.Time                  `json:"decided_at,omitempty"`
	RejectReason string                      `json:"reject_reason,omitempty"`
	Winner       domain.ApplicationID        `json:"winner,omitempty" doc:"Superseded by this one."`
	FiledAt      *time.Time                  `json:"filed_at"`
	Position     domain.Position             `json:"position" doc:"Earlier is smaller."`
}

func claimModels() []string { return []string{"units", "staff", "customers", "claims"} }

func claimList() lister[claims.Query, claims.Listed] {
	return lister[claims.Query, claims.Listed]{models: claimModels(), list: claims.List, count: claims.Count}
}

func chooseClaims(a *asking, in *claimFilter) (claims.Query, error) {
	scope, err := a.scope(staff.ReadClaims)
	if err != nil {
		return claims.Query{}, err
	}
	below, err := a.below(in.Below)
	if err != nil {
		return claims.Query{}, err
	}
	return claims.Query{
		Scope: scope, Who: a.who(), Status: in.Status, Kind: in.Kind, Line: in.Line, Unit: in.Unit, Below: below, Applicant: in.Applicant,
		ApplicantNo: in.ApplicantNo, Customer: in.Customer, Filed: a.days(in.From, in.To), Sort: in.Sort, After: in.after(), Limit: in.Limit,
	}, errors.Join(known("status", in.Status), known("kind", in.Kind), known("line", in.Line), span(in.From, in.To))
}

func showClaim(a *asking, c *claims.Listed) application {
	// Whoever may read the application sees the customer as if the customer were
	// where it was filed, or at home if that is where the reader is.
	path, _ := a.place(c.Unit)
	if !a.principal.May(staff.ReadClaims, path, c.Line) {
		path, _ = a.place(c.HomeUnit)
	}
	eyes := a.eyes.on(path, c.Line, c.Applicant == a.who())
	return application{
		ID: c.Application, Kind: c.Kind, Status: c.Status, Customer: c.Customer, CustomerNo: c.CustomerNo,
		CustomerName: eyes.shown(staff.FieldName, c.CustomerName, identity.MaskName), Line: c.Line,
		Applicant: some(c.Applicant, c.ApplicantNo, c.ApplicantName), Unit: some(c.Unit, c.UnitCode, c.UnitName), Home: some(c.HomeUnit, "", c.HomeUnitName),
		HasPhone: c.HasPhone, NewOwner: some(c.NewOwner, "", c.NewOwnerName), Reason: c.Reason, ConsentedBy: c.ConsentedBy,
		DecidedBy: c.DecidedBy, DecidedAt: a.when(c.DecidedAt), RejectReason: c.RejectReason, Winner: c.Winner,
		FiledAt: a.when(c.FiledAt), Position: c.Position,
	}
}

// claimAddress names one application.
type claimAddress struct {
	Fresh
	Application domain.ApplicationID `path:"application"`
}

func (s *Server) claim(a *asking, in *claimAddress) (application, error) {
	scope, err := a.scope(staff.ReadClaims)
	if err != nil {
		return application{}, err
	}
	found, err := claims.Get(a.ctx, s.Read, scope, a.who(), in.Application)
	if err != nil {
		return application{}, err
	}
	return showClaim(a, &found), nil
}
