package customers

import (
	"fmt"
	"slices"
	"strings"

	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/ownership"
	"guishu/domain/payment"
	"guishu/projections"
)

// Hash is the ledger's keyed hash of a kind of text and the text, by which
// something personal is found without being kept.
type Hash func(kind, text string) []byte

// The kinds of text that customers are found by.
const (
	IdentityKind = "identity" // of identity.Document.Canonical
	PhoneKind    = "phone"    // of identity.Phone.E164
)

type model struct {
	hash      Hash
	customers *projections.Table[domain.CustomerID, Row]
	relations *projections.Table[relationKey, Relation]
	terms     *projections.Table[term, term]
	termsOf   *projections.Lookup[domain.CustomerID, term, term]
}

// Model is the read model. Hash must be the ledger's, also when it is rebuilt.
func Model(hash Hash) projections.Model {
	m := &model{
		hash: hash,
		customers: projections.NewTable("customers", func(r *Row) *domain.CustomerID { return &r.Customer }, 1, columns()...).
			Indexed("(position)", "(sort_key, customer)", "(home_unit, position)", "(home_unit, sort_key, customer)",
				"(to_complete, position)", "(registered_at)", "(customer_no) WHERE customer_no <> ''", "(identity_hash)", "(phone_hash)", "(employer) WHERE employer <> ''"),
		relations: projections.NewTable("customer_relations", func(r *Relation) *relationKey { return &r.relationKey }, 4, relationColumns()...).
			Indexed("(customer)"),
		terms: projections.NewTable("customer_terms", func(r *term) *term { return r }, 2, termColumns()...).
			Indexed("(customer)"),
	}
	m.termsOf = projections.NewLookup(m.terms, "customer", func(r *term) *domain.CustomerID { return &r.Customer })
	return projections.Model{
		Name: "customers", Version: 3,
		Answers: "the customer list: own (owned, attached, or entered or named while nobody looks after them) and jurisdiction; my customers, to be completed (B-16); search by name, pinyin, keyed hash of identity/phone; key-set paging, counts",
		Tables:  []projections.TableDefinition{m.customers, m.relations, m.terms},
		Handlers: []projections.Handler{
			projections.On(m.registered), projections.On(m.supplemented), projections.On(m.phoneRecorded),
			projections.On(m.identityVerified), projections.On(m.linked), projections.On(m.becameFormal), projections.On(m.erased),
			projections.On(m.established), projections.On(m.adjusted), projections.On(m.dissolved),
			projections.On(m.attached), projections.On(m.ended),
			projections.On(m.reserved), projections.On(m.paymentRegistered), projections.On(m.confirmed), projections.On(m.reversed),
		},
	}
}

func (m *model) registered(tx *projections.Tx, e customer.Registered, at *projections.Event) error {
	row := m.customers.Create(tx, Row{
		Customer: e.Customer, Kind: customer.Prospect, RegisteredAt: at.EffectiveAt, Batch: at.Batch, Position: at.Position,
	})
	m.apply(tx, row, e, at)
	m.keep(tx, row)
	return nil
}

// keep counts the customer among the own ones of the member of staff who entered them,
// and of the one named at entry: only while nobody owns or advises the customer (B-20,
// B-35).
func (m *model) keep(tx *projections.Tx, row *Row) {
	for _, key := range row.keepers() {
		m.relate(tx, Relation{key, row.HomeUnit, row.Position})
	}
}

// lose takes the customer from these two again.
func (m *model) lose(tx *projections.Tx, row *Row) {
	for _, key := range row.keepers() {
		m.relations.Delete(tx, key)
	}
}

func (r *Row) keepers() []relationKey {
	var keys []relationKey
	if !r.RegisteredBy.IsZero() {
		keys = append(keys, relationKey{r.RegisteredBy, r.Customer, Entered, ""})
	}
	if !r.Advisor.IsZero() {
		keys = append(keys, relationKey{r.Advisor, r.Customer, Named, ""})
	}
	return keys
}

// lookedAfter says that somebody owns or advises the customer.
func (r *Row) lookedAfter() bool {
	return !r.OwnerSelf.IsZero() || !r.OwnerAgency.IsZero() || r.Attached > 0
}

// passTo changes who looks after the customer.
func (m *model) passTo(tx *projections.Tx, row *Row, change func()) {
	before := row.lookedAfter()
	change()
	switch after := row.lookedAfter(); {
	case after && !before:
		m.lose(tx, row)
	case before && !after:
		m.keep(tx, row)
	}
}

func (m *model) supplemented(tx *projections.Tx, e customer.Supplemented, at *projections.Event) error {
	return m.change(tx, e.Customer, e, at)
}

func (m *model) phoneRecorded(tx *projections.Tx, e customer.PhoneRecorded, at *projections.Event) error {
	return m.change(tx, e.Customer, e, at)
}

func (m *model) identityVerified(tx *projections.Tx, e customer.IdentityVerified, at *projections.Event) error {
	return m.change(tx, e.Customer, e, at)
}

func (m *model) linked(tx *projections.Tx, e customer.Linked, at *projections.Event) error {
	return m.change(tx, e.Customer, e, at)
}

func (m *model) becameFormal(tx *projections.Tx, e customer.BecameFormal, at *projections.Event) error {
	return m.change(tx, e.Customer, e, at)
}

// erased empties everything that a personal text went into, at once (design §6).
func (m *model) erased(tx *projections.Tx, e customer.Erased, at *projections.Event) error {
	if err := m.change(tx, e.Customer, e, at); err != nil {
		return err
	}
	m.customers.Empty(tx, e.Customer)
	for _, known := range m.termsOf.Keys(tx, e.Customer) {
		m.terms.Empty(tx, known)
	}
	return nil
}

func (m *model) change(tx *projections.Tx, id domain.CustomerID, event any, at *projections.Event) error {
	row := m.customers.Edit(tx, id)
	if row == nil {
		return missing(id)
	}
	m.apply(tx, row, event, at)
	return nil
}

func missing(id domain.CustomerID) error { return fmt.Errorf("customer %s is not there", id) }

// apply lets the domain fold the event, so that what is filled, missing and
// verified follows its rules, and shows the outcome in the row. Of texts that
// the row does not keep, the state knows only that there is one, as with an erased
// text.
func (m *model) apply(tx *projections.Tx, row *Row, event any, at *projections.Event) {
	state := row.state()
	state.Apply(event, at.Fact)
	p := &state.Profile

	row.Party, row.Kind, row.CustomerNo = p.Party, state.Kind(), state.CustomerNo
	row.HomeUnit, row.Nature, row.Source, row.ChannelType = state.HomeUnit, state.Nature, p.Source, p.ChannelType
	row.Advisor, row.RegisteredBy, row.Verification = state.Advisor, state.RegisteredBy, state.Verification
	if s, is := event.(customer.Supplemented); is && (!s.Name.IsZero() || !s.IdentityNumber.IsZero() || s.IdentityType != "") {
		row.Verification = customer.IDNotChecked // the texts before it, to compare with, are not here
	}
	row.FirstPayment, row.Erased, row.IdentityType = state.FirstPayment, state.Erased, p.IdentityType
	row.Filled = nil
	for _, field := range personal() {
		if !field.of(p).IsZero() {
			row.Filled = append(row.Filled, field.name)
		}
	}
	row.Missing = state.Completeness().Missing
	row.ChangedPosition = at.Position
	row.review(state, state.Exceptions)

	show(p.Name, func(name string) { m.rename(tx, row, name) })
	show(p.Phone, func(number string) {
		phone, err := identity.ParsePhone(number)
		row.PhoneMasked, row.PhoneHash = phone.Masked(), m.hashed(PhoneKind, phone.E164())
		if err != nil {
			row.PhoneMasked, row.PhoneHash = identity.MaskPhone(number), m.hashed(PhoneKind, number)
		}
	})
	show(p.IdentityNumber, func(number string) {
		document, err := identity.ParseDocument(p.IdentityType, number, domain.Date{})
		row.IdentityMasked, row.IdentityHash = document.Masked(), m.hashed(IdentityKind, document.Canonical())
		if err != nil {
			row.IdentityMasked = identity.MaskDocument(number)
		}
	})
	show(p.Details.Birthday, func(text string) { row.Birthday = text })
	show(p.Details.Gender, func(text string) { row.Gender = text })
	show(p.Details.Employer, func(text string) { row.Employer = text })
}

// show shows a text that can be read, or that there is none. Where there is only known
// to be one, the row has it already.
func show(text domain.Personal, in func(string)) {
	if !text.Erased() {
		in(text.Reveal())
	}
}

func (m *model) hashed(kind, text string) []byte {
	if text == "" {
		return nil
	}
	return m.hash(kind, text)
}

// rename shows the name and makes it found by its beginning, by every reading in
// pinyin and by the initials.
func (m *model) rename(tx *projections.Tx, row *Row, text string) {
	if text == row.Name {
		return
	}
	if row.Name != "" {
		for _, known := range m.termsOf.Keys(tx, row.Customer) {
			m.terms.Delete(tx, known)
		}
	}
	row.Name, row.Pinyin, row.SortKey = text, "", ""
	name, err := identity.ParseName(text)
	if err != nil {
		return
	}
	pinyin := identity.PinyinOf(name, row.Party)
	row.Pinyin, row.SortKey = pinyin.Display(), pinyin.Sort()
	for _, key := range append(pinyin.SearchKeys(), strings.ToLower(text)) {
		m.terms.Create(tx, term{key, row.Customer})
	}
}

// review keeps the exceptions that are still open and says on which list the
// customer is (B-16).
func (r *Row) review(state *customer.State, exceptions []domain.Exception) {
	r.Exceptions = state.Open(exceptions)
	r.ToComplete = state.ToBeCompleted(r.Exceptions)
}

// state is the customer as far as the row tells.
func (r *Row) state() *customer.State {
	state := &customer.State{
		Customer: r.Customer, CustomerNo: r.CustomerNo, HomeUnit: r.HomeUnit, Nature: r.Nature,
		Advisor: r.Advisor, RegisteredBy: r.RegisteredBy, Verification: r.Verification,
		FirstPayment: r.FirstPayment, Exceptions: slices.Clone(r.Exceptions), Erased: r.Erased,
		Profile: customer.Profile{Party: r.Party, IdentityType: r.IdentityType, Source: r.Source, ChannelType: r.ChannelType},
	}
	for _, field := range personal() {
		if slices.Contains(r.Filled, field.name) {
			*field.of(&state.Profile) = domain.ErasedPersonal()
		}
	}
	return state
}

// field is a personal field of a profile.
type field struct {
	name string
	of   func(*customer.Profile) *domain.Personal
}

func personal() []field {
	return []field{
		{"name", func(p *customer.Profile) *domain.Personal { return &p.Name }},
		{"identity_number", func(p *customer.Profile) *domain.Personal { return &p.IdentityNumber }},
		{"phone", func(p *customer.Profile) *domain.Personal { return &p.Phone }},
		{"address", func(p *customer.Profile) *domain.Personal { return &p.Details.Address }},
		{"birthday", func(p *customer.Profile) *domain.Personal { return &p.Details.Birthday }},
		{"gender", func(p *customer.Profile) *domain.Personal { return &p.Details.Gender }},
		{"employer", func(p *customer.Profile) *domain.Personal { return &p.Details.Employer }},
		{"occupation", func(p *customer.Profile) *domain.Personal { return &p.Details.Occupation }},
		{"industry", func(p *customer.Profile) *domain.Personal { return &p.Details.Industry }},
		{"legal_representative", func(p *customer.Profile) *domain.Personal { return &p.Details.LegalRepresentative }},
		{"contact_person", func(p *customer.Profile) *domain.Personal { return &p.Details.ContactPerson }},
		{"bank_account", func(p *customer.Profile) *domain.Personal { return &p.Details.BankAccount }},
		{"remark", func(p *customer.Profile) *domain.Personal { return &p.Details.Remark }},
	}
}

func (m *model) established(tx *projections.Tx, e ownership.Established, at *projections.Event) error {
	m.relate(tx, Relation{relationKey{e.Owner, e.Customer, Owns, e.Line}, e.Unit, at.Position})
	return m.own(tx, e.Customer, e.Line, e.Owner, at)
}

func (m *model) adjusted(tx *projections.Tx, e ownership.Adjusted, at *projections.Event) error {
	m.relations.Delete(tx, relationKey{e.From, e.Customer, Owns, e.Line})
	m.relate(tx, Relation{relationKey{e.To, e.Customer, Owns, e.Line}, e.Unit, at.Position})
	return m.own(tx, e.Customer, e.Line, e.To, at)
}

func (m *model) dissolved(tx *projections.Tx, e ownership.Dissolved, at *projections.Event) error {
	m.relations.Delete(tx, relationKey{e.Owner, e.Customer, Owns, e.Line})
	return m.own(tx, e.Customer, e.Line, domain.StaffID{}, at)
}

func (m *model) own(tx *projections.Tx, id domain.CustomerID, line domain.BusinessLine, owner domain.StaffID, at *projections.Event) error {
	row := m.customers.Edit(tx, id)
	if row == nil {
		return missing(id)
	}
	row.ChangedPosition = at.Position
	m.passTo(tx, row, func() {
		if line == domain.Agency {
			row.OwnerAgency = owner
			return
		}
		row.OwnerSelf = owner
	})
	return nil
}

func (m *model) attached(tx *projections.Tx, e attachment.Attached, at *projections.Event) error {
	m.relate(tx, Relation{relationKey{e.Advisor, e.Customer, Attached, ""}, e.Unit, at.Position})
	return m.count(tx, e.Customer, 1, at)
}

func (m *model) ended(tx *projections.Tx, e attachment.Ended, at *projections.Event) error {
	m.relations.Delete(tx, relationKey{e.Advisor, e.Customer, Attached, ""})
	return m.count(tx, e.Customer, -1, at)
}

func (m *model) count(tx *projections.Tx, id domain.CustomerID, change int, at *projections.Event) error {
	row := m.customers.Edit(tx, id)
	if row == nil {
		return missing(id)
	}
	m.passTo(tx, row, func() { row.Attached += change })
	row.ChangedPosition = at.Position
	return nil
}

func (m *model) relate(tx *projections.Tx, relation Relation) { m.relations.Create(tx, relation) }

func (m *model) reserved(tx *projections.Tx, e payment.Reserved, at *projections.Event) error {
	return m.except(tx, e.Deal.Customer, e.Exceptions, at)
}

func (m *model) paymentRegistered(tx *projections.Tx, e payment.Registered, at *projections.Event) error {
	return m.except(tx, e.Deal.Customer, e.Exceptions, at)
}

func (m *model) confirmed(tx *projections.Tx, e payment.Confirmed, at *projections.Event) error {
	return m.pay(tx, e.Deal, 1, e.Exceptions, at)
}

func (m *model) reversed(tx *projections.Tx, e payment.Reversed, at *projections.Event) error {
	return m.pay(tx, e.Deal, -1, nil, at)
}

func (m *model) pay(tx *projections.Tx, deal payment.Deal, times int, exceptions []domain.Exception, at *projections.Event) error {
	row := m.customers.Edit(tx, deal.Customer)
	if row == nil {
		return missing(deal.Customer)
	}
	row.Payments += times
	row.PaidFen += domain.Fen(times) * deal.AmountFen
	row.ChangedPosition = at.Position
	return m.except(tx, deal.Customer, exceptions, at)
}

// except puts a customer on the list to be completed because an imported payment
// lacked something (B-16). The same lack is noted once.
func (m *model) except(tx *projections.Tx, id domain.CustomerID, exceptions []domain.Exception, at *projections.Event) error {
	if len(exceptions) == 0 {
		return nil
	}
	row := m.customers.Edit(tx, id)
	if row == nil {
		return missing(id)
	}
	all := slices.Clone(row.Exceptions)
	for _, exception := range exceptions {
		if !slices.ContainsFunc(all, func(known domain.Exception) bool {
			return known.Code == exception.Code && slices.Equal(known.Fields, exception.Fields)
		}) {
			all = append(all, exception)
		}
	}
	row.review(row.state(), all)
	row.ChangedPosition = at.Position
	return nil
}
