package question

import (
	"errors"
	"slices"
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/staff"
	"guishu/projections/customers"
)

// CustomerFilter narrows the list of customers. What is personal stands only in a
// body, because addresses are logged everywhere.
type CustomerFilter struct {
	Paging
	View           customers.View      `query:"view" json:"view,omitempty"`
	Own            bool                `query:"own" json:"own,omitempty" doc:"仅本人的客户：归属、下挂、录入或指定。 Only one's own: owned, attached, entered or named."`
	Owner          domain.StaffID      `query:"owner" json:"owner,omitempty"`
	Attached       domain.StaffID      `query:"attached" json:"attached,omitempty" doc:"下挂于此财富管理师。 Advised by."`
	Line           domain.BusinessLine `query:"line" json:"line,omitempty"`
	Below          domain.UnitID       `query:"below" json:"below,omitempty" doc:"归属机构为此机构或其下级。 Home unit is this one or below it."`
	Kind           customer.Kind       `query:"kind" json:"kind,omitempty"`
	Party          domain.Party        `query:"party" json:"party,omitempty"`
	Nature         domain.Nature       `query:"nature" json:"nature,omitempty"`
	Source         customer.Source     `query:"source" json:"source,omitempty"`
	RegisteredFrom domain.Date         `query:"registered_from" json:"registered_from,omitempty" doc:"此日或以后登记。 Registered on this day or later."`
	RegisteredTo   domain.Date         `query:"registered_to" json:"registered_to,omitempty" doc:"此日或以前登记。 Registered on this day or earlier."`
	Personal
}

// Personal are the conditions that may not stand in an address.
type Personal struct {
	CustomerNo     string                `json:"customer_no,omitempty"`
	Name           string                `json:"name,omitempty" doc:"姓名或拼音以此开头。 Begins with, as a name or in pinyin."`
	Employer       string                `json:"employer,omitempty" doc:"工作单位以此开头。 Begins with."`
	IdentityType   identity.DocumentType `json:"identity_type,omitempty"`
	IdentityNumber string                `json:"identity_number,omitempty" doc:"证件号码，须完全一致。 Exactly."`
	Phone          string                `json:"phone,omitempty" doc:"电话，须完全一致。 Exactly."`
}

// Customer is a customer as they are shown: every personal field through the
// reader's field policy.
type Customer struct {
	ID             domain.CustomerID       `json:"id"`
	Party          domain.Party            `json:"party"`
	Kind           customer.Kind           `json:"kind"`
	Name           string                  `json:"name,omitempty"`
	Pinyin         string                  `json:"pinyin,omitempty"`
	IdentityType   identity.DocumentType   `json:"identity_type,omitempty"`
	IdentityNumber string                  `json:"identity_number,omitempty" doc:"证件号码，已脱敏。 Masked."`
	Phone          string                  `json:"phone,omitempty" doc:"电话，已脱敏。 Masked."`
	Birthday       string                  `json:"birthday,omitempty"`
	Gender         identity.Gender         `json:"gender,omitempty"`
	Employer       string                  `json:"employer,omitempty"`
	CustomerNo     string                  `json:"customer_no,omitempty"`
	Home           *Named[domain.UnitID]   `json:"home,omitempty" doc:"客户归属机构。 The customer's home unit."`
	Nature         domain.Nature           `json:"nature,omitempty"`
	Source         customer.Source         `json:"source,omitempty"`
	ChannelType    customer.ChannelType    `json:"channel_type,omitempty"`
	Advisor        *Named[domain.StaffID]  `json:"advisor,omitempty" doc:"录入时指定的财富管理师。 Named at entry."`
	Verification   customer.IDVerification `json:"verification,omitempty"`
	Missing        []string                `json:"missing,omitempty" doc:"正式客户必填而尚缺的字段。 What a formal customer must have and this one has not."`
	ToComplete     bool                    `json:"to_complete" doc:"是否待完善客户。 On the list to be completed."`
	Erased         bool                    `json:"erased" doc:"个人信息是否已删除。 Whether the person was erased."`
	Owners         []Owner                 `json:"owners,omitempty" doc:"各业务条线的客户经理。 Who owns the customer in each line."`
	Attached       int                     `json:"attached" doc:"现有下挂人数。 Advisors attached now."`
	Payments       int                     `json:"payments" doc:"已确认且未冲正的划款笔数。 Confirmed and not reversed."`
	PaidFen        domain.Fen              `json:"paid_fen"`
	Mine           bool                    `json:"mine" doc:"是否本人的客户。 Whether the customer is the reader's own."`
	RegisteredAt   time.Time               `json:"registered_at"`
	Position       domain.Position         `json:"position"`
}

// Owner is who owns a customer in a line.
type Owner struct {
	Line  domain.BusinessLine    `json:"line"`
	Staff *Named[domain.StaffID] `json:"staff"`
}

// customerModels are what one customer is read from.
func customerModels() []string { return customers.Customers().Models }

// Customers are those within the reader's scope: own ones or a jurisdiction's
// (A-41, B-16, B-35).
func Customers() List[*CustomerFilter, customers.Query, customers.Listed, Customer] {
	return List[*CustomerFilter, customers.Query, customers.Listed, Customer]{
		About: About{
			Name: "list-customers", Title: ledger.Say("客户列表", "List customers"), Needs: staff.ReadCustomers,
			Does: ledger.Say("列出本人的客户，或辖内的客户。", "Lists one's own customers, or those of one's jurisdiction."),
		},
		Of: customers.Customers(), Within: seeingWhatIsAsked, Choose: chooseCustomers, Show: showCustomer,
	}
}

// SearchCustomers is the same list by name, document, phone or number, which never
// stand in an address, and at least one of which is needed.
func SearchCustomers() List[*CustomerFilter, customers.Query, customers.Listed, Customer] {
	list := Customers()
	list.Name, list.Title = "search-customers", ledger.Say("客户综合信息查询", "Search customers")
	list.Does = ledger.Say("按姓名、证件、电话、客户号或单位查询范围内的客户；这些条件只放在请求正文中。",
		"Searches the customers within one's scope by name, document, phone, number or employer, which stand only in the body.")
	list.Choose = func(r *Reader, in *CustomerFilter) (customers.Query, error) {
		if in.Personal == (Personal{}) {
			return customers.Query{}, domain.ErrQueryKeyRequired
		}
		return chooseCustomers(r, in)
	}
	return list
}

// seeingWhatIsAsked leaves out the customers whose field the reader may not see, where
// the list is narrowed by it: it would tell what the field hides (B-35, BR-13). The
// beginning of a field asks for sight in full, the whole of it for a right to reveal.
func seeingWhatIsAsked(r *Reader, scope staff.Scope, in *CustomerFilter) (staff.Scope, error) {
	var beginnings, wholes []staff.Field
	if in.Employer != "" {
		beginnings = append(beginnings, staff.FieldEmployer)
	}
	if in.IdentityNumber != "" {
		wholes = append(wholes, staff.FieldIdentityNumber)
	}
	if in.Phone != "" {
		wholes = append(wholes, staff.FieldPhone)
	}
	if beginnings == nil && wholes == nil {
		return scope, nil
	}
	return r.Principal.ScopeSearching(beginnings, wholes), nil
}

func chooseCustomers(r *Reader, in *CustomerFilter) (customers.Query, error) {
	below, err := r.below(in.Below)
	if err != nil {
		return customers.Query{}, err
	}
	chosen := customers.Query{
		View: in.View, Owner: in.Owner, Attached: in.Attached, Line: in.Line, Below: below,
		Kind: in.Kind, Party: in.Party, Nature: in.Nature, Source: in.Source, Registered: r.days(in.RegisteredFrom, in.RegisteredTo),
		CustomerNo: in.CustomerNo, Name: in.Name, Employer: in.Employer,
	}
	if in.Own {
		chosen.Own = r.who()
	}
	return chosen, errors.Join(
		known("view", in.View), known("line", in.Line), known("kind", in.Kind),
		known("party", in.Party), known("nature", in.Nature), known("source", in.Source),
		span(in.RegisteredFrom, in.RegisteredTo), r.hashes(&chosen, in.Personal),
	)
}

// hashes turns what is looked up without being kept into its keyed hashes.
func (r *Reader) hashes(q *customers.Query, p Personal) error {
	if p.IdentityNumber == "" && p.IdentityType != "" {
		return domain.ErrQueryFilter.At("identity_type") // no key by itself
	}
	if p.IdentityNumber != "" {
		kind := p.IdentityType
		if kind == "" {
			kind = identity.ResidentCard
		}
		document, err := identity.ParseDocument(kind, p.IdentityNumber, r.Ledger.Today())
		if refusal, refused := domain.AsError(err); refused {
			return refusal.At("identity_number")
		}
		hash := r.Lookups.Hash(customers.IdentityKind, document.Canonical())
		q.IdentityHash = hash[:]
	}
	if p.Phone != "" {
		phone, err := identity.ParsePhone(p.Phone)
		if refusal, refused := domain.AsError(err); refused {
			return refusal.At("phone")
		}
		hash := r.Lookups.Hash(customers.PhoneKind, phone.E164())
		q.PhoneHash = hash[:]
	}
	return nil
}

func showCustomer(r *Reader, c *customers.Listed) Customer {
	eyes := r.eyes.on(c.HomePath, c.HomeLine, c.Mine)
	return Customer{
		ID: c.Customer, Party: c.Party, Kind: c.Kind,
		Name: eyes.shown(staff.FieldName, c.Name, identity.MaskName), Pinyin: eyes.shown(staff.FieldName, c.Pinyin, nothing),
		IdentityType: c.IdentityType, IdentityNumber: eyes.masked(staff.FieldIdentityNumber, c.IdentityMasked), Phone: eyes.masked(staff.FieldPhone, c.PhoneMasked),
		Birthday: eyes.shown(staff.FieldBirthday, c.Birthday, nothing), Gender: identity.Gender(eyes.shown(staff.FieldGender, c.Gender, nothing)),
		Employer: eyes.shown(staff.FieldEmployer, c.Employer, nothing), CustomerNo: c.CustomerNo,
		Home: named(c.HomeUnit, c.HomeUnitCode, c.HomeUnitName), Nature: c.Nature, Source: c.Source, ChannelType: c.ChannelType,
		Advisor: r.Colleague(c.Advisor), Verification: c.Verification, Missing: eyes.known(c.Missing), ToComplete: c.ToComplete,
		Erased: c.Erased, Owners: owners(c), Attached: c.Attached, Payments: c.Payments, PaidFen: c.PaidFen, Mine: c.Mine,
		RegisteredAt: r.when(c.RegisteredAt), Position: c.Position,
	}
}

func owners(c *customers.Listed) []Owner {
	var all []Owner
	if o := named(c.OwnerSelf, c.OwnerSelfNo, c.OwnerSelfName); o != nil {
		all = append(all, Owner{Line: domain.SelfOperated, Staff: o})
	}
	if o := named(c.OwnerAgency, c.OwnerAgencyNo, c.OwnerAgencyName); o != nil {
		all = append(all, Owner{Line: domain.Agency, Staff: o})
	}
	return all
}

// CustomerAddress names one customer.
type CustomerAddress struct {
	Fresh
	Customer domain.CustomerID `path:"customer"`
}

// CustomerDetail is one customer with all that is known of the relation.
type CustomerDetail struct {
	Customer
	Fields    []FieldState `json:"fields" doc:"读者可知的每个个人信息字段。 Every personal field that the reader may know of."`
	Relations []Relation   `json:"relations,omitempty" doc:"此客户为何是谁的客户。 Why the customer is whose own."`
}

// FieldState is how the reader sees a field, and whether it is filled in.
type FieldState struct {
	Field      staff.Field `json:"field"`
	Visibility string      `json:"visibility" enum:"plain,masked" doc:"plain 明文或 masked 脱敏；脱敏的可在允许时查看。 plain or masked; a masked one can be revealed where that is allowed."`
	Filled     bool        `json:"filled" doc:"是否已填写。 Whether it is filled in."`
	Revealable bool        `json:"revealable" doc:"是否可查看完整信息。 Whether the reader may reveal it."`
}

// Relation is why a customer is somebody's own.
type Relation struct {
	Staff *Named[domain.StaffID] `json:"staff"`
	Kind  customers.RelationKind `json:"kind"`
	Line  domain.BusinessLine    `json:"line,omitempty"`
	Since domain.Position        `json:"since" doc:"自此位置起。 The position since which it is so."`
}

// OneCustomer is one customer.
func OneCustomer() Single[*CustomerAddress, CustomerDetail] {
	return Single[*CustomerAddress, CustomerDetail]{
		About: About{
			Name: "get-customer", Title: ledger.Say("客户", "A customer"), Needs: staff.ReadCustomers, Models: customerModels(),
			Does: ledger.Say("查看一位客户：字段按本人权限显示，并列出客户关系。", "Shows one customer, every field as one may see it, with the relations."),
		},
		Find: func(r *Reader, scope staff.Scope, in *CustomerAddress) (CustomerDetail, error) {
			if err := r.about(scope, in.Customer); err != nil {
				return CustomerDetail{}, err
			}
			detail := CustomerDetail{Customer: showCustomer(r, &r.customer), Fields: r.fieldStates(&r.customer)}
			relations, err := customers.Relations(r.ctx, r.Read, in.Customer)
			for _, is := range relations {
				detail.Relations = append(detail.Relations, Relation{Staff: r.Colleague(is.Staff), Kind: is.Kind, Line: is.Line, Since: is.Since})
			}
			return detail, err
		},
	}
}

// about finds the customer that a question is about, within the scope; anything else is
// not found, whether there is such a customer or not.
func (r *Reader) about(scope staff.Scope, id domain.CustomerID) (err error) {
	r.customer, err = customers.Customers().One(r.ctx, r.Read, r.as(scope), id)
	return err
}

// fieldStates are the personal fields that the reader may know of.
func (r *Reader) fieldStates(c *customers.Listed) []FieldState {
	eyes := r.eyes.on(c.HomePath, c.HomeLine, c.Mine)
	states := []FieldState{}
	for _, field := range staff.Fields.Values() {
		if eyes.sees[field] == staff.Hidden {
			continue
		}
		states = append(states, FieldState{
			Field: field, Visibility: eyes.sees[field].String(), Filled: slices.Contains(c.Filled, string(field)),
			Revealable: r.Principal.MayReveal(field, c.HomePath, c.HomeLine, c.Mine),
		})
	}
	return states
}
