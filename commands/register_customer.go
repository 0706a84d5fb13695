package commands

import (
	"context"
	"strings"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/staff"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// CustomerFields are the fields of a customer as somebody typed them; an empty
// one is not given (B-09).
type CustomerFields struct {
	Name                string                `json:"name,omitempty"`
	IdentityType        identity.DocumentType `json:"identity_type,omitempty"`
	IdentityNumber      string                `json:"identity_number,omitempty"`
	Phone               string                `json:"phone,omitempty"`
	Source              customer.Source       `json:"source,omitempty"`
	ChannelType         customer.ChannelType  `json:"channel_type,omitempty" doc:"Required when the source is a channel."`
	Address             string                `json:"address,omitempty"`
	Birthday            string                `json:"birthday,omitempty" doc:"yyyymmdd or yyyy-mm-dd."`
	Gender              identity.Gender       `json:"gender,omitempty"`
	Employer            string                `json:"employer,omitempty"`
	Occupation          string                `json:"occupation,omitempty"`
	Industry            string                `json:"industry,omitempty"`
	LegalRepresentative string                `json:"legal_representative,omitempty"`
	ContactPerson       string                `json:"contact_person,omitempty"`
	BankAccount         string                `json:"bank_account,omitempty"`
	Remark              string                `json:"remark,omitempty"`
}

// RegisterCustomer brings a customer into the ledger as potential (B-08, B-09).
type RegisterCustomer struct {
	Party      domain.Party   `json:"party" doc:"PERSON or ORGANISATION."`
	Fields     CustomerFields `json:"fields"`
	CustomerNo string         `json:"customer_no,omitempty" doc:"The core bank's number, for an existing bank customer."`
	HomeUnit   domain.UnitID  `json:"home_unit"`
	Nature     domain.Nature  `json:"nature,omitempty"`
	Advisor    domain.StaffID `json:"advisor,omitempty" doc:"The advisor named at entry."`
}

// RegisterCustomer registers and answers with the customer's id. One identity
// document has one customer, whoever registers it at the same time and wherever
// a crash cuts in. Errors: customer/required, customer/channel-type-required,
// customer/advisor-unknown, customer/duplicate-identity, identity/id-checksum,
// contact/phone-format, unit/unknown.
func (l *Ledger) RegisterCustomer(ctx context.Context, call Call, c RegisterCustomer) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"register-customer", c})
	if err != nil {
		return Answer{}, err
	}
	keys, err := l.customerKeys(c.Fields.IdentityType, c.Fields.IdentityNumber, c.CustomerNo, t.today())
	if err != nil {
		return Answer{}, err
	}
	return t.create(ctx, creation{
		kind:   "customer",
		stream: func(id uuid.UUID) eventstore.Stream { return streamOf(customer.StreamPrefix, id) },
		keys:   keys,
		events: func(ctx context.Context, id uuid.UUID) ([]any, error) {
			tree, err := l.tree(ctx)
			if err != nil {
				return nil, err
			}
			home := tree.State.Unit(c.HomeUnit)
			if err := t.authorise(staff.RegisterCustomer, placeOf(home)); err != nil {
				return nil, err
			}
			advisor, err := l.person(ctx, c.Advisor)
			if err != nil {
				return nil, err
			}
			return new(customer.State).Register(customer.Registration{
				Customer: domain.CustomerID(id), Party: c.Party, Fields: customer.Fields(c.Fields), CustomerNo: c.CustomerNo,
				Nature: c.Nature, Advisor: c.Advisor, Provenance: t.history.Provenance,
			}, home, customer.Advisor(advisor), t.today())
		},
	})
}

// customerKeys are what must be unique of a customer. A document that is not
// well-formed is refused here, before anything is reserved for it.
func (l *Ledger) customerKeys(kind identity.DocumentType, number, customerNo string, today domain.Date) ([]uniqueKey, error) {
	var keys []uniqueKey
	if strings.TrimSpace(number) != "" {
		document, err := identity.ParseDocument(kind, number, today)
		if refusal, found := domain.AsError(err); found {
			return nil, refusal.At("identity_number")
		}
		if err != nil {
			return nil, err
		}
		keys = append(keys, l.identityKey(document))
	}
	if no := strings.TrimSpace(customerNo); no != "" {
		keys = append(keys, customerNoKey(no))
	}
	return keys, nil
}

func customerNoKey(number string) uniqueKey {
	return uniqueKey{UniqueCustomerNo, []byte(number), customer.ErrAlreadyLinked.At("customer_no")}
}

func (l *Ledger) identityKey(document identity.Document) uniqueKey {
	hash := l.lookups.Hash(string(UniqueIdentity), document.Canonical())
	return uniqueKey{
		kind:  UniqueIdentity,
		key:   hash[:],
		taken: customer.ErrDuplicateIdentity.At("identity_number"),
	}
}
