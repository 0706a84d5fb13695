package question

import (
	"context"
	"errors"
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/ownership"
	"guishu/domain/staff"
	"guishu/eventstore"
	"guishu/projections/applications"
	"guishu/projections/query"
)

// ApplicationFilter narrows the list of applications.
type ApplicationFilter struct {
	Paging
	Status      ownership.ApplicationStatus `query:"status" doc:"PENDING 即待审批的收件箱。 PENDING for the inbox."`
	Kind        ownership.ApplicationKind   `query:"kind"`
	Line        domain.BusinessLine         `query:"line"`
	Unit        domain.UnitID               `query:"unit" doc:"仅在此机构提交的申请。 Filed at this very unit."`
	Below       domain.UnitID               `query:"below" doc:"在此机构或其下级提交的申请。 Filed at this unit or below it."`
	Applicant   domain.StaffID              `query:"applicant"`
	ApplicantNo string                      `query:"applicant_no" maxLength:"64" doc:"申请人的员工号。 The applicant's employee number."`
	Customer    domain.CustomerID           `query:"customer"`
	From        domain.Date                 `query:"from" doc:"此日或以后提交。 Filed on this day or later."`
	To          domain.Date                 `query:"to" doc:"此日或以前提交。 Filed on this day or earlier."`
}

// Application is an application for a customer relation as it is shown.
type Application struct {
	ID           domain.ApplicationID        `json:"id"`
	Kind         ownership.ApplicationKind   `json:"kind"`
	Status       ownership.ApplicationStatus `json:"status"`
	Customer     *Named[domain.CustomerID]   `json:"customer"`
	Line         domain.BusinessLine         `json:"line"`
	Applicant    *Named[domain.StaffID]      `json:"applicant"`
	Unit         *Named[domain.UnitID]       `json:"unit" doc:"申请人所在机构。 The applicant's."`
	Home         *Named[domain.UnitID]       `json:"home,omitempty" doc:"提交时的客户归属机构。 The customer's, when it was filed."`
	HasPhone     bool                        `json:"has_phone" doc:"是否带有电话号码。 It brings a phone number."`
	NewOwner     *Named[domain.StaffID]      `json:"new_owner,omitempty"`
	Reason       string                      `json:"reason,omitempty"`
	ConsentedBy  *Named[domain.StaffID]      `json:"consented_by,omitempty"`
	DecidedBy    *Named[domain.StaffID]      `json:"decided_by,omitempty"`
	DecidedAt    time.Time                   `json:"decided_at,omitzero"`
	RejectReason string                      `json:"reject_reason,omitempty"`
	Winner       domain.ApplicationID        `json:"winner,omitempty" doc:"被此申请取代。 Superseded by this one."`
	FiledAt      time.Time                   `json:"filed_at"`
	Position     domain.Position             `json:"position" doc:"在账本中的位置，小者在先。 Earlier is smaller."`
}

// Applications are the approver's inbox, and an applicant's own.
func Applications() List[*ApplicationFilter, applications.Query, applications.Listed, Application] {
	return List[*ApplicationFilter, applications.Query, applications.Listed, Application]{
		About: About{
			Name: "list-applications", Title: ledger.Say("申请列表", "List applications"), Needs: staff.ReadClaims,
			Does: ledger.Say("列出客户关系申请：审批人的收件箱，或本人提交的申请。", "Lists applications for customer relations: an approver's inbox, or one's own."),
		},
		Of: applications.Applications(),
		Choose: func(r *Reader, in *ApplicationFilter) (applications.Query, error) {
			below, err := r.below(in.Below)
			if err != nil {
				return applications.Query{}, err
			}
			return applications.Query{
				Status: in.Status, Kind: in.Kind, Line: in.Line, Unit: in.Unit, Below: below, Applicant: in.Applicant,
				ApplicantNo: in.ApplicantNo, Customer: in.Customer, Filed: r.days(in.From, in.To),
			}, errors.Join(known("status", in.Status), known("kind", in.Kind), known("line", in.Line), span(in.From, in.To))
		},
		Show: showApplication,
	}
}

func showApplication(r *Reader, c *applications.Listed) Application {
	// Anyone who may read the application sees the customer as if the customer were
	// where it was filed, or at home if that is where the reader is.
	path, _ := r.place(c.Unit)
	if !r.Principal.May(staff.ReadClaims, path, c.Line) {
		path, _ = r.place(c.HomeUnit)
	}
	eyes := r.eyes.on(path, c.Line, c.Applicant == r.who())
	return Application{
		ID: c.Application.Application, Kind: c.Kind, Status: c.Status, Customer: client(eyes, c.Customer, c.CustomerNo, c.CustomerName), Line: c.Line,
		Applicant: named(c.Applicant, c.ApplicantNo, c.ApplicantName), Unit: named(c.Unit, c.UnitCode, c.UnitName), Home: r.Department(c.HomeUnit),
		HasPhone: c.HasPhone, NewOwner: r.Colleague(c.NewOwner), Reason: c.Reason, ConsentedBy: r.Colleague(c.ConsentedBy),
		DecidedBy: r.Colleague(c.DecidedBy), DecidedAt: r.when(c.DecidedAt), RejectReason: c.RejectReason, Winner: c.Winner,
		FiledAt: r.when(c.FiledAt), Position: c.Position,
	}
}

// ApplicationAddress names one application.
type ApplicationAddress struct {
	Fresh
	Application domain.ApplicationID `path:"application"`
}

// OneApplication is one application.
func OneApplication() Single[*ApplicationAddress, Application] {
	return single(About{
		Name: "get-application", Title: ledger.Say("申请", "An application"), Does: ledger.Say("查看一份客户关系申请。", "Shows one application for a customer relation."),
	}, Applications(), func(in *ApplicationAddress) any { return in.Application })
}

// Slot is a customer in a line: what an application is about.
type Slot struct {
	Customer domain.CustomerID
	Line     domain.BusinessLine
}

// SlotOf is what an application is about, whoever asks: it is for commands, which
// decide themselves what may be told. An application that is not known yet is waited
// for until the read model has everything that is written now.
func (r *Records) SlotOf(ctx context.Context, id domain.ApplicationID, position eventstore.Position) (Slot, error) {
	list, anybody := applications.Applications(), query.Reader{Scope: staff.Scope{Everywhere: true}}
	if err := r.await(ctx, position, list.Models); err != nil {
		return Slot{}, err
	}
	found, err := list.One(ctx, r.Read, anybody, id)
	if errors.Is(err, domain.ErrQueryNotFoundOrOutOfScope) {
		head, failed := r.Store.LastPosition(ctx)
		if failed != nil {
			return Slot{}, unanswerable(failed)
		}
		if err := r.await(ctx, head, list.Models); err != nil {
			return Slot{}, err
		}
		found, err = list.One(ctx, r.Read, anybody, id)
	}
	if err != nil {
		return Slot{}, unanswerable(err)
	}
	return Slot{Customer: found.Customer, Line: found.Line}, nil
}
