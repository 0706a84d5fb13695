package http

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/staff"
	"guishu/projections/customers"
)

// revealed is fields in the clear, once the reveal is on record.
type revealed struct {
	ledger.Answer
	Fields map[staff.Field]string `json:"fields"`
}

// customerRoutes are about customers, from first entry to erasure.
func (s *Server) customerRoutes() {
	const area = "客户 Customers"
	// Customers within the reader's scope: own ones or a jurisdiction's (A-41, B-16, B-35).
	list(s, area, route{http.MethodGet, "/v1/customers", "list-customers", "客户列表", "List customers", forStaff}, customerList(), chooseCustomers, showCustomer)
	// The same by name, document, phone or number, which never stand in an address.
	search(s, area, route{http.MethodPost, "/v1/customers/search", "search-customers", "客户综合信息查询", "Search customers", forStaff}, customerList(), searchCustomers, showCustomer)
	// One customer.
	one(s, area, route{http.MethodGet, "/v1/customers/{customer}", "get-customer", "客户", "A customer", forStaff}, customerModels(), s.customer)
	// Who owned the customer on a day, and what was known then (A-70, C-02, C-07).
	one(s, area, route{http.MethodGet, "/v1/customers/{customer}/ownership", "get-ownership", "归属历史", "Ownership history", forStaff}, append(customerModels(), "ownership_history"), s.ownership)
	// Every event of a customer in order, readable, as the reader may see it (C-03).
	list(s, area, route{http.MethodGet, "/v1/customers/{customer}/timeline", "get-timeline", "客户时间线", "Timeline of a customer", forStaff}, s.timelineList(), chooseTimeline, showEntry)
	// Enter a customer.
	command(s, area, route{http.MethodPost, "/v1/customers", "register-customer", "登记客户", "Register a customer", forStaff}, do[commands.RegisterCustomer](s))
	// Complete a potential customer.
	command(s, area, route{http.MethodPost, "/v1/customers/{customer}/supplement", "supplement-customer", "信息补充", "Supplement", forStaff}, do[commands.SupplementCustomer](s))
	// Record what the citizen-ID check gave.
	command(s, area, route{http.MethodPost, "/v1/customers/{customer}/verification", "record-identity-verification", "联网核查登记", "Record an identity verification", forStaff}, do[commands.RecordIdentityVerification](s))
	// Tie to the core bank's customer number.
	command(s, area, route{http.MethodPost, "/v1/customers/{customer}/link", "link-customer", "关联客户号", "Link to a customer number", forStaff}, do[commands.LinkCustomer](s))
	// Erase the person: the key is destroyed.
	command(s, area, route{http.MethodPost, "/v1/customers/{customer}/erasure", "erase-customer", "删除个人信息", "Erase", forStaff}, do[commands.EraseCustomer](s))
	// Show masked fields in full, on record, for a stated purpose.
	commandGiving(s, area, route{http.MethodPost, "/v1/customers/{customer}/reveal", "reveal-fields", "查看完整信息", "Reveal masked fields", forStaff}, s.reveal)
}

func (s *Server) reveal(ctx context.Context, call ledger.Call, c commands.RevealFields) (revealed, error) {
	shown, err := ledger.Ask(ctx, s.Ledger, call, c)
	return revealed(shown), err
}

func (a revealed) taken() ledger.Answer { return a.Answer }

// customerFilter chooses customers. What is personal stands only in a body.
type customerFilter struct {
	Paging
	View           customers.View      `query:"view" json:"view,omitempty" doc:"MY_CUSTOMERS (我的客户) or TO_BE_COMPLETED (待完善客户)."`
	Own            bool                `query:"own" json:"own,omitempty" doc:"Only one's own: owned, attached, entered or named."`
	Owner          domain.StaffID      `query:"owner" json:"owner,omitempty"`
	Attached       domain.StaffID      `query:"attached" json:"attached,omitempty" doc:"Advised by."`
	Line           domain.BusinessLine `query:"line" json:"line,omitempty"`
	Below          domain.UnitID       `query:"below" json:"below,omitempty" doc:"Home unit is this one or below it."`
	Kind           customer.Kind       `query:"kind" json:"kind,omitempty"`
	Party          domain.Party        `query:"party" json:"party,omitempty"`
	Nature         domain.Nature       `query:"nature" json:"nature,omitempty"`
	Source         customer.Source     `query:"source" json:"source,omitempty"`
	RegisteredFrom domain.Date         `query:"registered_from" json:"registered_from,omitempty"`
	RegisteredTo   domain.Date         `query:"registered_to" json:"registered_to,omitempty"`
	Personal
}

// Personal are the conditions that may not stand in an address.
type Personal struct {
	CustomerNo     string                `json:"customer_no,omitempty"`
	Name           string                `json:"name,omitempty" doc:"Begins with, as a name or in pinyin."`
	Employer       string                `json:"employer,omitempty" doc:"Begins with."`
	IdentityType   identity.DocumentType `json:"identity_type,omitempty"`
	IdentityNumber string                `json:"identity_number,omitempty" doc:"Exactly."`
	Phone          string                `json:"phone,omitempty" doc:"Exactly."`
}

// CustomerView is a customer as the API shows it: every personal field through the
// reader's field policy.
type CustomerView struct {
	ID             domain.CustomerID       `json:"id"`
	Party          domain.Party            `json:"party"`
	Kind           customer.Kind           `json:"kind"`
	Name           string                  `json:"name,omitempty"`
	Pinyin         string                  `json:"pinyin,omitempty"`
	IdentityType   identity.DocumentType   `json:"identity_type,omitempty"`
	IdentityNumber string                  `json:"identity_number,omitempty" doc:"Masked."`
	Phone          string                  `json:"phone,omitempty" doc:"Masked."`
	Birthday       string                  `json:"birthday,omitempty"`
	Gender         string                  `json:"gender,omitempty"`
	Employer       string                  `json:"employer,omitempty"`
	CustomerNo     string                  `json:"customer_no,omitempty"`
	Home           *named[domain.UnitID]   `json:"home,omitempty"`
	Nature         domain.Nature           `json:"nature,omitempty"`
	Source         customer.Source         `json:"source,omitempty"`
	ChannelType    customer.ChannelType    `json:"channel_type,omitempty"`
	Advisor        *named[domain.StaffID]  `json:"advisor,omitempty" doc:"Named at entry."`
	Verification   customer.IDVerification `json:"verification,omitempty"`
	Missing        []string                `json:"missing,omitempty" doc:"What a formal customer must have and this one has not."`
	ToComplete     bool                    `json:"to_complete" doc:"On the list to be completed."`
	Erased         bool                    `json:"erased"`
	Owners         []owner                 `json:"owners,omitempty"`
	Attached       int                     `json:"attached" doc:"Advisors attached now."`
	Payments       int                     `json:"payments" doc:"Confirmed and not reversed."`
	PaidFen        domain.Fen              `json:"paid_fen"`
	Mine           bool                    `json:"mine"`
	RegisteredAt   *time.Time              `json:"registered_at"`
	Position       domain.Position         `json:"position"`
}

// owner is who owns a customer in a line.
type owner struct {
	Line  domain.BusinessLine    `json:"line"`
	Staff *named[domain.StaffID] `json:"staff"`
}

// customerDetail is one customer with all that is known of the relation.
type customerDetail struct {
	CustomerView
	Fields    []fieldState `json:"fields" doc:"Every personal field that the reader may know of."`
	Relations []relation   `json:"relations,omitempty"`
}

// fieldState is how the reader sees a field, and whether it is filled in.
type fieldState struct {
	Field      staff.Field `json:"field"`
	Visibility string      `json:"visibility" doc:"plain or masked; a masked one can be revealed where that is allowed."`
	Filled     bool        `json:"filled"`
	Revealable bool        `json:"revealable"`
}

// relation is why a customer is somebody's own.
type relation struct {
	Staff domain.StaffID         `json:"staff"`
	Kind  customers.RelationKind `json:"kind"`
	Line  domain.BusinessLine    `json:"line,omitempty"`
	Since domain.Position        `json:"since"`
}

func customerModels() []string { return []string{"units", "staff", "customers"} }

func customerList() lister[customers.Query, customers.Listed] {
	return lister[customers.Query, customers.Listed]{models: customerModels(), list: customers.List, count: customers.Count}
}

func chooseCustomers(a *asking, in *customerFilter) (customers.Query, error) {
	scope, err := a.scope(staff.ReadCustomers)
	if err != nil {
		return customers.Query{}, err
	}
	below, err := a.below(in.Below)
	if err != nil {
		return customers.Query{}, err
	}
	chosen := customers.Query{
		Scope: scope, Who: a.who(), View: in.View, Owner: in.Owner, Attached: in.Attached, Line: in.Line, Below: below,
		Kind: in.Kind, Party: in.Party, Nature: in.Nature, Source: in.Source, Registered: a.days(in.RegisteredFrom, in.RegisteredTo),
		CustomerNo: in.CustomerNo, Name: in.Name, Employer: in.Employer, Sort: in.Sort, After: in.after(), Limit: in.Limit,
	}
	if in.Own {
		chosen.Own = a.who()
	}
	if in.Employer != "" {
		chosen.Scope = a.principal.ScopeSeeing(staff.FieldEmployer)
	}
	return chosen, errors.Join(
		known("view", in.View), known("line", in.Line), known("kind", in.Kind),
		known("party", in.Party), known("nature", in.Nature), known("source", in.Source),
		span(in.RegisteredFrom, in.RegisteredTo), a.hashes(&chosen, in.Personal),
	)
}

// searchCustomers needs at least one key to search by.
func searchCustomers(a *asking, in *customerFilter) (customers.Query, error) {
	if in.Personal == (Personal{}) {
		return customers.Query{}, domain.ErrQueryKeyRequired
	}
	return chooseCustomers(a, in)
}

// hashes turns what is looked up without being kept into its keyed hashes.
func (a *asking) hashes(q *customers.Query, p Personal) error {
	if p.IdentityNumber == "" && p.IdentityType != "" {
		return domain.ErrQueryFilter.At("identity_type") // no key by itself
	}
	if p.IdentityNumber != "" {
		kind := p.IdentityType
		if kind == "" {
			kind = identity.ResidentCard
		}
		document, err := identity.ParseDocument(kind, p.IdentityNumber, a.server.Ledger.Today())
		if refusal, refused := domain.AsError(err); refused {
			return refusal.At("identity_number")
		}
		hash := a.server.Lookups.Hash(customers.IdentityKind, document.Canonical())
		q.IdentityHash = hash[:]
	}
	if p.Phone != "" {
		phone, err := identity.ParsePhone(p.Phone)
		if refusal, refused := domain.AsError(err); refused {
			return refusal.At("phone")
		}
		hash := a.server.Lookups.Hash(customers.PhoneKind, phone.E164())
		q.PhoneHash = hash[:]
	}
	return nil
}

func showCustomer(a *asking, c *customers.Listed) CustomerView {
	eyes := a.eyes.on(c.HomePath, c.HomeLine, c.Mine)
	return CustomerView{
		ID: c.Customer, Party: c.Party, Kind: c.Kind,
		Name: eyes.shown(staff.FieldName, c.Name, identity.MaskName), Pinyin: eyes.shown(staff.FieldName, c.Pinyin, nothing),
		IdentityType: c.IdentityType, IdentityNumber: eyes.masked(staff.FieldIdentityNumber, c.IdentityMasked), Phone: eyes.masked(staff.FieldPhone, c.PhoneMasked),
		Birthday: eyes.shown(staff.FieldBirthday, c.Birthday, nothing), Gender: eyes.shown(staff.FieldGender, c.Gender, nothing),
		Employer: eyes.shown(staff.FieldEmployer, c.Employer, nothing), CustomerNo: c.CustomerNo,
		Home: some(c.HomeUnit, c.HomeUnitCode, c.HomeUnitName), Nature: c.Nature, Source: c.Source, ChannelType: c.ChannelType,
		Advisor: some(c.Advisor, "", c.AdvisorName), Verification: c.Verification, Missing: eyes.known(c.Missing), ToComplete: c.ToComplete,
		Erased: c.Erased, Owners: owners(c), Attached: c.Attached, Payments: c.Payments, PaidFen: c.PaidFen, Mine: c.Mine,
		RegisteredAt: a.when(c.RegisteredAt), Position: c.Position,
	}
}

// nothing is the mask of what has no shorter form.
func nothing(string) string { return "" }

func owners(c *customers.Listed) []owner {
	var all []owner
	if o := some(c.OwnerSelf, c.OwnerSelfNo, c.OwnerSelfName); o != nil {
		all = append(all, owner{Line: domain.SelfOperated, Staff: o})
	}
	if o := some(c.OwnerAgency, c.OwnerAgencyNo, c.OwnerAgencyName); o != nil {
		all = append(all, owner{Line: domain.Agency, Staff: o})
	}
	return all
}

// customerAddress names one customer.
type customerAddress struct {
	Fresh
	Customer domain.CustomerID `path:"customer"`
}

// reach finds a customer that the reader may read; anything else is not found,
// whether there is such a customer or not.
func (a *asking) reach(id domain.CustomerID) (customers.Listed, error) {
	scope, err := a.scope(staff.ReadCustomers)
	if err != nil {
		return customers.Listed{}, err
	}
	return customers.Get(a.ctx, a.server.Read, scope, a.who(), id)
}

func (s *Server) customer(a *asking, in *customerAddress) (customerDetail, error) {
	found, err := a.reach(in.Customer)
	if err != nil {
		return customerDetail{}, err
	}
	detail := customerDetail{CustomerView: showCustomer(a, &found)}
	for _, field := range staff.Fields.Values() {
		if a.eyes.sees[field] == staff.Hidden {
			continue
		}
		detail.Fields = append(detail.Fields, fieldState{
			Field: field, Visibility: a.eyes.sees[field].String(), Filled: slices.Contains(found.Filled, string(field)),
			Revealable: a.principal.MayReveal(field, found.HomePath, found.HomeLine, found.Mine),
		})
	}
	relations, err := customers.Relations(a.ctx, s.Read, in.Customer)
	for _, r := range relations {
		detail.Relations = append(detail.Relations, relation{Staff: r.Staff, Kind: r.Kind, Line: r.Line, Since: r.Since})
	}
	return detail, err
}
