package commands

import (
	"context"
	"slices"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/organisation"
	"guishu/domain/staff"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// illFormedDocument is what an identity document that cannot be is refused with, and
// illFormedFields a customer's fields, their document among them.
var (
	illFormedDocument = []domain.Code{
		identity.ErrIDType, identity.ErrIDFormat, identity.ErrIDRegion, identity.ErrIDDate, identity.ErrIDAge, identity.ErrIDChecksum,
		identity.ErrUSCCChecksum,
	}
	illFormedFields = slices.Concat(illFormedDocument, []domain.Code{
		customer.ErrRequired, customer.ErrChannelTypeRequired, customer.ErrDuplicateIdentity, customer.ErrBirthdayMismatch,
		identity.ErrName, identity.ErrPhoneFormat, identity.ErrAccountFormat, identity.ErrCardChecksum, domain.ErrFormDateFormat,
	})
)

// CustomerFields are the fields of a customer as somebody typed them; an empty
// one is not given (B-09).
type CustomerFields struct {
	Name                string                `json:"name,omitempty"`
	IdentityType        identity.DocumentType `json:"identity_type,omitempty"`
	IdentityNumber      string                `json:"identity_number,omitempty"`
	Phone               string                `json:"phone,omitempty"`
	Source              customer.Source       `json:"source,omitempty"`
	ChannelType         customer.ChannelType  `json:"channel_type,omitempty" doc:"渠道类别；来源为渠道时必填。 Required when the source is a channel."`
	Address             string                `json:"address,omitempty"`
	Birthday            string                `json:"birthday,omitempty" doc:"出生日期，yyyymmdd 或 yyyy-mm-dd。 As yyyymmdd or yyyy-mm-dd."`
	Gender              identity.Gender       `json:"gender,omitempty"`
	Employer            string                `json:"employer,omitempty"`
	Occupation          string                `json:"occupation,omitempty"`
	Industry            string                `json:"industry,omitempty"`
	LegalRepresentative string                `json:"legal_representative,omitempty"`
	ContactPerson       string                `json:"contact_person,omitempty"`
	BankAccount         string                `json:"bank_account,omitempty"`
	Remark              string                `json:"remark,omitempty"`
}

// customerCase is what a decision about a customer rests on.
type customerCase struct {
	*customer.State
	relation customer.Relation // the actor's
}

// theCustomer is a customer at their home unit, or one of the actor's own.
func theCustomer(id domain.CustomerID) ledger.Target[customerCase] {
	return ledger.Target[customerCase]{
		ID: uuid.UUID(id), Stream: customerStream(id),
		Load: func(ctx context.Context, t *ledger.Task) (found ledger.Found[customerCase], err error) {
			state, home, err := customerAt(ctx, t.Ledger(), id)
			if err != nil {
				return found, err
			}
			relation, err := relation(ctx, t, state.State, home)
			return ledger.Found[customerCase]{
				State: customerCase{state.State, relation}, Revision: state.Revision,
				Where: ledger.PlaceOf(home).IfOwn(relation != customer.Relation{}),
			}, err
		},
	}
}

func customerStream(id domain.CustomerID) eventstore.Stream {
	return ledger.StreamOf(customer.StreamPrefix, id)
}

// customerAt is a customer and the unit they belong to; not found when there is
// none such.
func customerAt(ctx context.Context, l *ledger.Ledger, id domain.CustomerID) (ledger.Snapshot[customer.State], organisation.Unit, error) {
	state, err := ledger.Load[customer.State](ctx, l, customerStream(id))
	if err != nil {
		return state, organisation.Unit{}, err
	}
	if !state.State.Exists() {
		return state, organisation.Unit{}, domain.ErrQueryNotFoundOrOutOfScope
	}
	tree, err := l.Tree(ctx)
	if err != nil {
		return state, organisation.Unit{}, err
	}
	return state, tree.Unit(state.State.HomeUnit), nil
}

// identityDocument is a document as it was typed, if it is well-formed.
func identityDocument(kind identity.DocumentType, number string, today domain.Date) (identity.Document, error) {
	document, err := identity.ParseDocument(kind, number, today)
	if refusal, found := domain.AsError(err); found {
		return document, refusal.At("identity_number")
	}
	return document, err
}

// relation is how the actor stands to a customer (B-20).
func relation(ctx context.Context, t *ledger.Task, s *customer.State, home organisation.Unit) (customer.Relation, error) {
	if t.ByTheLedger() {
		return customer.Relation{Owner: true}, nil
	}
	return relationOf(ctx, t.Ledger(), t.Actor(), s, home)
}

func relationOf(ctx context.Context, l *ledger.Ledger, who domain.StaffID, s *customer.State, home organisation.Unit) (customer.Relation, error) {
	var relation customer.Relation
	if who.IsZero() {
		return relation, nil
	}
	attached, err := attachments(ctx, l, s.Customer)
	if err != nil {
		return customer.Relation{}, err
	}
	_, relation.Attached = attached.State.Of(who)
	related := len(attached.State.Active()) > 0
	for _, line := range domain.BusinessLines.Values() {
		if !home.Serves(line) {
			continue
		}
		slot, err := slot(ctx, l, s.Customer, line)
		if err != nil {
			return customer.Relation{}, err
		}
		relation.Owner = relation.Owner || slot.State.Owner == who
		related = related || slot.State.Owned()
	}
	relation.Entrant = !related && (s.RegisteredBy == who || s.Advisor == who)
	return relation, nil
}

// readable is nil when the actor may read the customer, and says whether the
// customer is their own; otherwise the customer does not exist for them (A-41, B-35).
func readable(ctx context.Context, t *ledger.Task, s *customer.State, home organisation.Unit) (own bool, err error) {
	relation, err := relation(ctx, t, s, home)
	if err != nil {
		return false, err
	}
	own = relation != customer.Relation{}
	if !t.Who().MayFor(staff.ReadCustomers, home.Path, home.Line, own) {
		return own, domain.ErrQueryNotFoundOrOutOfScope
	}
	return own, nil
}
