// Package invented invents firms and what their customers do, as events: the ledgers
// that read models are tested on and measured with.
package invented

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/attribution"
	"guishu/domain/customer"
	"guishu/domain/lookup"
	"guishu/domain/migration"
	"guishu/domain/organisation"
	"guishu/domain/ownership"
	"guishu/domain/payment"
	"guishu/domain/policy"
	"guishu/domain/product"
	"guishu/domain/referral"
	"guishu/domain/staff"
)

// At is what is said of an event beside its content.
type At struct {
	Effective time.Time
	Asserted  bool
	Batch     domain.BatchID
	Actor     domain.StaffID
	Unit      domain.UnitID
}

// ID is a fresh id of any kind.
func ID[T ~[16]byte]() T { return T(uuid.Must(uuid.NewV7())) }

// Write is some events for one stream.
type Write struct {
	Stream string
	At     At
	Events []any
}

// Story is an invented firm: who is in it and what it sells. What its customers
// do is told by Life.
type Story struct {
	Root     domain.UnitID
	Branches []domain.UnitID
	Outlets  []domain.UnitID
	Staff    []domain.StaffID // the i-th works at the outlet i modulo their number
	Heads    []domain.StaffID // of the outlets
	Products []domain.ProductID
	Begin    time.Time
}

// New invents a firm of so many outlets, with four members of staff at each.
func New(outlets int) *Story {
	s := &Story{Root: ID[domain.UnitID](), Begin: time.Date(2025, 1, 2, 1, 0, 0, 0, time.UTC)}
	for range max(2, outlets/10) {
		s.Branches = append(s.Branches, ID[domain.UnitID]())
	}
	for range outlets {
		s.Outlets = append(s.Outlets, ID[domain.UnitID]())
		s.Heads = append(s.Heads, ID[domain.StaffID]())
	}
	for range outlets * 4 {
		s.Staff = append(s.Staff, ID[domain.StaffID]())
	}
	for range 7 {
		s.Products = append(s.Products, ID[domain.ProductID]())
	}
	return s
}

// UnitOf is where a member of staff works.
func (s *Story) UnitOf(i int) domain.UnitID { return s.Outlets[i%len(s.Outlets)] }

// Opening is the firm's own events.
func (s *Story) Opening() []Write {
	var tree []any
	tree = append(tree, organisation.UnitEstablished{Unit: s.Root, Code: "0", Name: "总部", Kind: domain.HeadOffice, Model: domain.Attached})
	for i, branch := range s.Branches {
		tree = append(tree, organisation.UnitEstablished{Unit: branch, Parent: s.Root, Code: fmt.Sprint("B", i), Name: fmt.Sprint("分公司", i), Kind: domain.Branch})
	}
	for i, outlet := range s.Outlets {
		line := domain.SelfOperated
		if i%3 == 2 {
			line = domain.Agency
		}
		tree = append(tree, organisation.UnitEstablished{
			Unit: outlet, Parent: s.Branches[i%len(s.Branches)], Code: fmt.Sprint("O", i), Name: fmt.Sprint("网点", i), Kind: domain.Outlet, Line: line,
		})
	}
	at := At{Effective: s.Begin}
	writes := []Write{{organisation.Stream, at, tree}}
	hire := func(id domain.StaffID, number string, unit domain.UnitID, role domain.Role) {
		request := ID[domain.RequestID]()
		writes = append(writes, Write{staff.StreamPrefix + id.String(), at, []any{
			staff.Hired{Staff: id, EmployeeNo: number, Login: "u" + number, Name: domain.NewPersonal(surnames[len(number)%len(surnames)] + "职员"), Unit: unit},
			staff.AccessRequested{Request: request, Staff: id, Role: role, Unit: unit, RequestedBy: id},
			staff.AccessGranted{Request: request, Staff: id, Role: role, Unit: unit},
		}})
	}
	for i, id := range s.Heads {
		hire(id, fmt.Sprint("H", i), s.Outlets[i], domain.RoleOutletHead)
	}
	for i, id := range s.Staff {
		hire(id, fmt.Sprint("S", i), s.UnitOf(i), domain.RoleAdvisor)
	}
	for i, id := range s.Products {
		writes = append(writes, Write{product.StreamPrefix + id.String(), at, []any{
			product.Launched{Product: id, Code: fmt.Sprint("P", i), Name: fmt.Sprint("产品", i), Series: "S", Supplier: "供应商", ListPriceFen: 10_000_000},
			product.SubscriptionOpened{Product: id},
			product.InceptionRecorded{Product: id, EstablishedOn: domain.DateOf(s.Begin, time.UTC), MaturesOn: domain.DateOf(s.Begin, time.UTC).AddDays(400 + i)},
		}})
	}
	batch := ID[domain.BatchID]()
	return append(writes,
		Write{policy.Stream, at, []any{policy.Published{Version: 1, EffectiveOn: domain.DateOf(s.Begin, time.UTC), Rules: policy.Default()}}},
		Write{migration.StreamPrefix + batch.String(), at, []any{
			migration.Proposed{Batch: batch, Name: "history", Sources: []migration.Source{{Name: "a.csv", SHA256: "00", Rows: 3}}, ProposedBy: s.Staff[0]},
			migration.Approved{Batch: batch, ApprovedBy: s.Heads[0]},
			migration.Closed{Batch: batch, Imported: 3},
		}})
}

var (
	surnames = []string{"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "曾", "欧阳", "单", "孙"}
	givens   = []string{"伟", "芳", "娜", "秀英", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "志珠", "乐"}
)

// Life is what the n-th customer does: about fourteen events, in their order. It
// depends on the story and n only, but for ids.
func (s *Story) Life(n int) []Write {
	r := rand.New(rand.NewPCG(uint64(n), 7))
	id := ID[domain.CustomerID]()
	who := r.IntN(len(s.Staff))
	other := (who + len(s.Outlets)) % len(s.Staff) // a colleague at the same outlet
	advisor, unit := s.Staff[who], s.UnitOf(who)
	head := s.Heads[who%len(s.Outlets)]
	line := domain.SelfOperated
	day := func(d int) At {
		return At{Effective: s.Begin.AddDate(0, 0, r.IntN(300)+d), Actor: advisor, Unit: unit}
	}
	begin := day(0)
	name := domain.NewPersonal(surnames[r.IntN(len(surnames))] + givens[r.IntN(len(givens))] + givens[r.IntN(len(givens))])
	phone := domain.NewPersonal(fmt.Sprintf("+86139%08d", n%100_000_000))
	registered := customer.Registered{
		Customer: id, Party: domain.Person, Name: name, Phone: phone, HomeUnit: unit,
		Nature: domain.Direct, Source: customer.SourceOwn, Advisor: advisor,
		Details: customer.Details{Employer: domain.NewPersonal(fmt.Sprint("单位", n%50))},
	}
	if n%4 == 0 {
		registered.Exceptions = []domain.Exception{{Code: "customer/required", Fields: []string{"address"}}}
	}
	writes := []Write{{customer.StreamPrefix + id.String(), begin, []any{registered}}}
	add := func(stream string, at At, events ...any) { writes = append(writes, Write{stream, at, events}) }

	application, rival := ID[domain.ApplicationID](), ID[domain.ApplicationID]()
	slot := ownership.StreamOf(id, line)
	filed := ownership.ClaimFiled{Application: application, Kind: ownership.EstablishRelation, Customer: id, Line: line, Applicant: advisor, Unit: unit, HomeUnit: unit, Phone: phone}
	lost := filed
	lost.Application, lost.Applicant, lost.Phone = rival, s.Staff[other], domain.Personal{}
	switch n % 5 {
	case 0: // still pending
		add(slot, day(1), filed)
	case 1:
		add(slot, day(1), filed, ownership.ClaimRejected{Application: application, Approver: head, Reason: "资料不全"})
	default:
		add(slot, day(1), filed, lost)
		add(slot, day(1), ownership.ClaimApproved{Application: application, Approver: head},
			ownership.Established{Customer: id, Line: line, Owner: advisor, Unit: unit, Application: application},
			ownership.ClaimSuperseded{Application: rival, Winner: application})
	}
	if n%10 == 7 {
		add(slot, day(2), ownership.Adjusted{Customer: id, Line: line, From: advisor, To: s.Staff[other], Unit: unit, Reason: "轮岗"})
	}
	attached := ID[domain.AttachmentID]()
	book := attachment.StreamPrefix + id.String()
	add(book, day(2), attachment.Attached{Attachment: attached, Customer: id, Advisor: advisor, Unit: unit})
	if n%3 == 0 {
		second := ID[domain.AttachmentID]()
		add(book, day(3),
			attachment.Requested{Attachment: second, Customer: id, Advisor: s.Staff[other], Unit: unit, Home: unit, Reason: "客户主动联系"},
			attachment.RequestApproved{Attachment: second, Customer: id, Advisor: s.Staff[other]},
			attachment.Attached{Attachment: second, Customer: id, Advisor: s.Staff[other], Unit: unit},
			attachment.Ended{Attachment: second, Customer: id, Advisor: s.Staff[other], Reason: "离职"})
	}
	add(attachment.ContactStreamPrefix+id.String(), day(3), attachment.ContactRecorded{
		Contact: ID[domain.ContactID](), Customer: id, Advisor: advisor, Unit: unit, OccurredOn: domain.DateOf(begin.Effective, domain.ChinaZone()),
		Method: attachment.ContactByPhone, Product: s.Products[n%len(s.Products)], TwoWay: true, Purpose: domain.NewPersonal("产品介绍"),
	})
	if n%2 == 0 {
		add(customer.StreamPrefix+id.String(), day(4), customer.Supplemented{Customer: id, Details: customer.Details{
			Address: domain.NewPersonal("北京市海淀区"), Birthday: domain.NewPersonal("1980-02-03"), BankAccount: domain.NewPersonal("6222020200112233445"),
		}})
	}
	for k := range 2 {
		writes = append(writes, s.deal(r, id, advisor, unit, attached, n*2+k, day)...)
	}
	if n%6 == 0 {
		add(lookup.RevealStreamPrefix+id.String(), day(300), lookup.Revealed{Customer: id, Staff: head, Fields: []string{"phone"}, Purpose: "回访"})
	}
	if n%6 == 5 {
		offered := referral.Offered{
			Referral: ID[domain.ReferralID](), Customer: id, Line: line, Referrer: advisor, Unit: unit, Target: s.Staff[other], TargetUnit: unit,
			Remark: domain.NewPersonal("想买理财"), ExpiresOn: domain.DateOf(begin.Effective, domain.ChinaZone()).AddDays(referral.OpenDays),
		}
		add(referral.StreamPrefix+offered.Referral.String(), day(5), offered,
			referral.Accepted{Referral: offered.Referral, Customer: id, By: s.Staff[other]})
	}
	return writes
}

// deal is a payment on its way.
func (s *Story) deal(r *rand.Rand, id domain.CustomerID, advisor domain.StaffID, unit domain.UnitID, attached domain.AttachmentID, n int, day func(int) At) []Write {
	deal := payment.Deal{
		Payment: ID[domain.PaymentID](), Customer: id, Product: s.Products[r.IntN(len(s.Products))], Advisor: advisor, Unit: unit,
		AmountFen: domain.Fen(1_000_000 + r.IntN(900)*10_000),
	}
	stream := payment.StreamPrefix + deal.Payment.String()
	reserved := payment.Reserved{Deal: deal, ExternalNo: fmt.Sprint("X", n, "-", uuid.UUID(deal.Payment)), Nature: domain.Direct, Source: payment.Source{HeadBank: "银行"}}
	writes := []Write{{stream, day(10), []any{reserved}}}
	if n%4 == 0 {
		return append(writes, Write{stream, day(11), []any{payment.Cancelled{Deal: deal, Reason: "客户放弃"}}})
	}
	registered := payment.Registered{Deal: deal, RegisteredBy: advisor, Papers: []string{"aa"}, Source: payment.Source{HeadBank: "银行", Account: domain.NewPersonal("6222020200112233445")}}
	confirmed := payment.Confirmed{Deal: deal, ConfirmedBy: s.Heads[0], RegisteredBy: advisor}
	if n%8 == 1 {
		confirmed.Exceptions = []domain.Exception{{Code: "payment/attachment-required", Fields: []string{"papers"}}}
	}
	writes = append(writes, Write{stream, day(12), []any{registered, confirmed}})
	if n%2 == 1 {
		writes = append(writes, Write{customer.StreamPrefix + id.String(), day(12), []any{customer.BecameFormal{Customer: id, Payment: deal.Payment}}})
	}
	decision := ID[domain.DecisionID]()
	decided := attribution.Decided{
		Decision: decision, Payment: deal.Payment, Customer: id, Product: deal.Product, AmountFen: deal.AmountFen,
		Handler: advisor, HandlerRank: 1, Winner: advisor, WinnerUnit: unit, Ground: attribution.GroundTime, Mode: policy.TimeFirst, PolicyVersion: 1,
		Candidates: []attribution.Candidate{{Advisor: advisor, Unit: unit, Attachment: attached, Rank: 1}}, Reason: "earliest-entry",
		Shares: []attribution.Share{{Advisor: advisor, Unit: unit, PerTenThousand: 10_000, AmountFen: deal.AmountFen}},
	}
	if n%5 == 3 {
		decided.Winner = s.Heads[0]
	}
	of := attribution.StreamPrefix + deal.Payment.String()
	writes = append(writes, Write{of, day(12), []any{decided}})
	if n%16 == 3 {
		writes = append(writes, Write{stream, day(13), []any{payment.Reversed{Deal: deal, Reason: "误录"}}},
			Write{of, day(13), []any{attribution.Countered{Decision: decision, Payment: deal.Payment, Customer: id, Winner: decided.Winner, AmountFen: -deal.AmountFen}}})
	}
	return writes
}
