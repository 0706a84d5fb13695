// Package customers is the read model of the customer list: own customers and
// those of a jurisdiction (A-41, B-35), my customers and those to be completed
// (B-16), found by name, pinyin, or the keyed hash of a document or phone (A-42,
//
//
// It holds in clear only what lists search, sort and show in full; the rest is
// masked here already. Erasing a person empties all of it.
package customers

import (
	"time"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/projections"
)

// Row is a customer as lists show it. Fields that depend on a personal text are
// empty once the customer is erased.
type Row struct {
	Customer        domain.CustomerID
	Party           domain.Party
	Kind            customer.Kind
	Name            string
	Pinyin          string // as shown, such as HU ZHIZHU
	SortKey         string // of the name
	IdentityType    identity.DocumentType
	IdentityMasked  string
	IdentityHash    []byte
	PhoneMasked     string
	PhoneHash       []byte
	Birthday        string // yyyy-mm-dd
	Gender          string
	Employer        string
	CustomerNo      string
	HomeUnit        domain.UnitID
	Nature          domain.Nature
	Source          customer.Source
	ChannelType     customer.ChannelType
	Advisor         domain.StaffID // named at entry
	RegisteredBy    domain.StaffID
	Verification    customer.IDVerification
	Filled          []string // fields that are known, by name
	Missing         []string // fields that a formal customer must have and this one has not
	Exceptions      []domain.Exception
	ToComplete      bool // on the list to be completed, not among my customers (B-16)
	Erased          bool
	FirstPayment    domain.PaymentID
	OwnerSelf       domain.StaffID // owner in the line SELF_OPERATED
	OwnerAgency     domain.StaffID // owner in the line AGENCY
	Attached        int            // advisors attached now
	Payments        int            // confirmed and not reversed
	PaidFen         domain.Fen     // of these
	RegisteredAt    time.Time      // by the business's account
	Batch           domain.BatchID
	Position        domain.Position // of the registration
	ChangedPosition domain.Position
}

func columns() []projections.Column[Row] {
	return []projections.Column[Row]{
		projections.UUID("customer", func(r *Row) *domain.CustomerID { return &r.Customer }),
		projections.Text("party", func(r *Row) *domain.Party { return &r.Party }),
		projections.Text("kind", func(r *Row) *customer.Kind { return &r.Kind }),
		projections.Text("name", func(r *Row) *string { return &r.Name }).Personal(projections.OfCustomer),
		projections.Text("pinyin", func(r *Row) *string { return &r.Pinyin }).Personal(projections.OfCustomer),
		projections.Text("sort_key", func(r *Row) *string { return &r.SortKey }).Personal(projections.OfCustomer),
		projections.Text("identity_type", func(r *Row) *identity.DocumentType { return &r.IdentityType }),
		projections.Text("identity_masked", func(r *Row) *string { return &r.IdentityMasked }).Personal(projections.OfCustomer),
		projections.Bytes("identity_hash", func(r *Row) *[]byte { return &r.IdentityHash }).Personal(projections.OfCustomer),
		projections.Text("phone_masked", func(r *Row) *string { return &r.PhoneMasked }).Personal(projections.OfCustomer),
		projections.Bytes("phone_hash", func(r *Row) *[]byte { return &r.PhoneHash }).Personal(projections.OfCustomer),
		projections.Text("birthday", func(r *Row) *string { return &r.Birthday }).Personal(projections.OfCustomer),
		projections.Text("gender", func(r *Row) *string { return &r.Gender }).Personal(projections.OfCustomer),
		projections.Text("employer", func(r *Row) *string { return &r.Employer }).Personal(projections.OfCustomer),
		projections.Text("customer_no", func(r *Row) *string { return &r.CustomerNo }),
		projections.UUID("home_unit", func(r *Row) *domain.UnitID { return &r.HomeUnit }),
		projections.Text("nature", func(r *Row) *domain.Nature { return &r.Nature }),
		projections.Text("source", func(r *Row) *customer.Source { return &r.Source }),
		projections.Text("channel_type", func(r *Row) *customer.ChannelType { return &r.ChannelType }),
		projections.UUID("advisor", func(r *Row) *domain.StaffID { return &r.Advisor }),
		projections.UUID("registered_by", func(r *Row) *domain.StaffID { return &r.RegisteredBy }),
		projections.Text("verification", func(r *Row) *customer.IDVerification { return &r.Verification }),
		projections.Words("filled", func(r *Row) *[]string { return &r.Filled }),
		projections.Words("missing", func(r *Row) *[]string { return &r.Missing }),
		projections.Document("exceptions", func(r *Row) *[]domain.Exception { return &r.Exceptions }),
		projections.Bool("to_complete", func(r *Row) *bool { return &r.ToComplete }),
		projections.Bool("erased", func(r *Row) *bool { return &r.Erased }),
		projections.UUID("first_payment", func(r *Row) *domain.PaymentID { return &r.FirstPayment }),
		projections.UUID("owner_self", func(r *Row) *domain.StaffID { return &r.OwnerSelf }),
		projections.UUID("owner_agency", func(r *Row) *domain.StaffID { return &r.OwnerAgency }),
		projections.Int("attached", func(r *Row) *int { return &r.Attached }),
		projections.Int("payments", func(r *Row) *int { return &r.Payments }),
		projections.Int("paid_fen", func(r *Row) *domain.Fen { return &r.PaidFen }),
		projections.Time("registered_at", func(r *Row) *time.Time { return &r.RegisteredAt }),
		projections.UUID("batch", func(r *Row) *domain.BatchID { return &r.Batch }),
		projections.Int("position", func(r *Row) *domain.Position { return &r.Position }),
		projections.Int("changed_position", func(r *Row) *domain.Position { return &r.ChangedPosition }),
	}
}

// RelationKind is why a customer is somebody's own.
type RelationKind string

// The kinds of relation.
const (
	Owns     RelationKind = "OWNER"    // of the slot in a line
	Attached RelationKind = "ATTACHED" // as an advisor (下挂)
	Entered  RelationKind = "ENTRANT"  // registered the customer, whom nobody owns or advises (A-28, B-20)
	Named    RelationKind = "NAMED"    // named at entry, likewise (B-09)
)

// RelationKinds is every kind of relation.
var RelationKinds = domain.NewEnumeration(domain.ErrFormValue.At("kind"),
	domain.Named(Owns, "归属客户经理", "owner"),
	domain.Named(Attached, "下挂", "attached"),
	domain.Named(Entered, "录入人", "entrant"),
	domain.Named(Named, "指定财富管理师", "named at entry"),
)

// Valid says whether r is one of RelationKinds.
func (r RelationKind) Valid() bool { return RelationKinds.Valid(r) }

// Words is every value with its names.
func (RelationKind) Words() []domain.Word { return RelationKinds.Words() }

// relationKey is what makes a relation one.
type relationKey struct {
	Staff    domain.StaffID
	Customer domain.CustomerID
	Kind     RelationKind
	Line     domain.BusinessLine // of an ownership
}

// Relation says that a customer is among somebody's own.
type Relation struct {
	relationKey
	Unit  domain.UnitID
	Since domain.Position
}

func relationColumns() []projections.Column[Relation] {
	return []projections.Column[Relation]{
		projections.UUID("staff", func(r *Relation) *domain.StaffID { return &r.Staff }),
		projections.UUID("customer", func(r *Relation) *domain.CustomerID { return &r.Customer }),
		projections.Text("kind", func(r *Relation) *RelationKind { return &r.Kind }),
		projections.Text("line", func(r *Relation) *domain.BusinessLine { return &r.Line }),
		projections.UUID("unit", func(r *Relation) *domain.UnitID { return &r.Unit }),
		projections.Int("since", func(r *Relation) *domain.Position { return &r.Since }),
	}
}

// term is a text by whose beginning a customer is found.
type term struct {
	Term     string
	Customer domain.CustomerID
}

func termColumns() []projections.Column[term] {
	return []projections.Column[term]{
		projections.Text("term", func(r *term) *string { return &r.Term }).Personal(projections.OfCustomer),
		projections.UUID("customer", func(r *term) *domain.CustomerID { return &r.Customer }),
	}
}
