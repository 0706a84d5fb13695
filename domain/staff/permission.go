package staff

import (
	"slices"

	"guishu/domain"
)

// Permission is something a role may do or read.
type Permission string

// The permissions, one for each command or group of commands, and one for each
// group of read models.
const (
	ManageUnits        Permission = "unit.manage"         // establish, rename, move, close
	ManageStaff        Permission = "staff.manage"        // hire, transfer, record a departure
	RequestAccess      Permission = "access.request"      // for oneself, or for staff of the jurisdiction
	ApproveAccess      Permission = "access.approve"      // grant, refuse, revoke (B-28)
	RegisterCustomer   Permission = "customer.register"   // B-34(1)
	SupplementCustomer Permission = "customer.supplement" // B-20, B-34(3)
	VerifyIdentity     Permission = "customer.verify"
	LinkCustomer       Permission = "customer.link"
	EraseCustomer      Permission = "customer.erase"
	RevealFields       Permission = "customer.reveal" // C-04
	LookUpCustomer     Permission = "claim.look-up"
	FileClaim          Permission = "claim.file"      // establish, cross-institution
	FileChange         Permission = "claim.change"    // adjust, dissolve
	ConsentToClaim     Permission = "claim.consent"   // as head of the home outlet
	DecideClaim        Permission = "claim.decide"    // approve, reject
	AttachAdvisor      Permission = "attachment.attach"
	RequestAttachment  Permission = "attachment.request" // for oneself (B-30)
	DecideAttachment   Permission = "attachment.decide"  // approve, refuse a request (B-30)
	EndAttachment      Permission = "attachment.end"     // B-27
	RecordContact      Permission = "contact.record"     // B-31
	OfferReferral      Permission = "referral.offer"     // also cancel
	AnswerReferral     Permission = "referral.answer"
	ManageProducts     Permission = "product.manage"     // B-19
	ReservePayment     Permission = "payment.reserve"    // B-34(2), also cancel
	RegisterPayment    Permission = "payment.register"   // B-34(2)
	ConfirmPayment     Permission = "payment.confirm"    // also return and reverse (B-06, B-14)
	PublishPolicy      Permission = "policy.publish"     // B-01
	ProposeMigration   Permission = "migration.propose"  // B-31
	ApproveMigration   Permission = "migration.approve"  // B-31
	RecomputeDecision  Permission = "attribution.decide" // B-31
	ReadCustomers      Permission = "customer.read"      // lists, details, timeline (A-41, B-35)
	ReadClaims         Permission = "claim.read"
	ReadReferrals      Permission = "referral.read"
	ReadPayments       Permission = "payment.read"       // B-35(3 … 5)
	ReadPerformance    Permission = "performance.read"   // B-18
	ReadAttribution    Permission = "attribution.read"   // B-31
	ReadStaff          Permission = "staff.read"
	ReadUnits          Permission = "unit.read"
	ReadProducts       Permission = "product.read"
	ReadPolicies       Permission = "policy.read"
	ReadMigrations     Permission = "migration.read"
	OperateSystem      Permission = "system.operate" // rebuild, metrics, incidents (B-04)
)

// AllPermissions is every permission.
var AllPermissions = domain.NewEnumeration(domain.ErrFormValue.At("permission"),
	domain.Named(ManageUnits, "管理机构", "manage units"),
	domain.Named(ManageStaff, "管理员工", "manage staff"),
	domain.Named(RequestAccess, "申请岗位权限", "request access"),
	domain.Named(ApproveAccess, "审批岗位权限", "approve access"),
	domain.Named(RegisterCustomer, "登记客户", "register customers"),
	domain.Named(SupplementCustomer, "信息补充", "supplement customers"),
	domain.Named(VerifyIdentity, "联网核查身份", "verify identities"),
	domain.Named(LinkCustomer, "关联客户号", "link customers"),
	domain.Named(EraseCustomer, "删除个人信息", "erase customers"),
	domain.Named(RevealFields, "查看完整信息", "reveal fields"),
	domain.Named(LookUpCustomer, "申请前查询", "look customers up"),
	domain.Named(FileClaim, "申请客户关系", "file claims"),
	domain.Named(FileChange, "申请调整或解除客户关系", "file adjustments and dissolutions"),
	domain.Named(ConsentToClaim, "归属机构负责人同意", "consent to claims"),
	domain.Named(DecideClaim, "审批客户关系申请", "decide claims"),
	domain.Named(AttachAdvisor, "下挂财富管理师", "attach advisors"),
	domain.Named(RequestAttachment, "申请下挂", "request attachments"),
	domain.Named(DecideAttachment, "审批下挂申请", "decide requests for attachments"),
	domain.Named(EndAttachment, "结束下挂", "end attachments"),
	domain.Named(RecordContact, "登记客户联络", "record contacts"),
	domain.Named(OfferReferral, "引见客户", "refer customers"),
	domain.Named(AnswerReferral, "答复引见", "answer referrals"),
	domain.Named(ManageProducts, "管理产品", "manage products"),
	domain.Named(ReservePayment, "划款预约", "reserve payments"),
	domain.Named(RegisterPayment, "划款登记", "register payments"),
	domain.Named(ConfirmPayment, "打款确认", "confirm payments"),
	domain.Named(PublishPolicy, "发布规则", "publish policies"),
	domain.Named(ProposeMigration, "提交迁移批次", "propose migration batches"),
	domain.Named(ApproveMigration, "批准迁移批次", "approve migration batches"),
	domain.Named(RecomputeDecision, "重新判定业绩归属", "attribute commissions again"),
	domain.Named(ReadCustomers, "查询客户", "read customers"),
	domain.Named(ReadClaims, "查询客户关系申请", "read applications"),
	domain.Named(ReadReferrals, "查询引见", "read referrals"),
	domain.Named(ReadPayments, "查询划款", "read payments"),
	domain.Named(ReadPerformance, "查询业绩", "read performance"),
	domain.Named(ReadAttribution, "查询业绩归属", "read attributions"),
	domain.Named(ReadStaff, "查询员工", "read staff"),
	domain.Named(ReadUnits, "查询机构", "read units"),
	domain.Named(ReadProducts, "查询产品", "read products"),
	domain.Named(ReadPolicies, "查询规则", "read policies"),
	domain.Named(ReadMigrations, "查询迁移批次", "read migration batches"),
	domain.Named(OperateSystem, "系统运维", "operate the system"),
)

// Valid says whether p is one of AllPermissions.
func (p Permission) Valid() bool { return AllPermissions.Valid(p) }

// Words is every value with its names.
func (Permission) Words() []domain.Word { return AllPermissions.Words() }

// Reach is how far a permission goes for a role.
type Reach int

// The reaches, from the narrowest on.
const (
	// Nothing: not at all.
	Nothing Reach = iota
	// Own: only for what is one's own: customers owned or attached, own
	// applications, own payments (B-35).
	Own
	// Jurisdiction: at the unit where the role is held and all below it, in its
	// business line.
	Jurisdiction
	// Everywhere: for what belongs to no unit.
	Everywhere
)

// The cells of the table below.
const (
	___ = Nothing
	own = Own
	sub = Jurisdiction
	all = Everywhere
)

// reaches is a row of the table, a cell for each role in the order of
// domain.Roles.
type reaches [14]Reach

// matrix says how far each permission goes for each role. What is not in it is
// denied. What belongs to the firm as a whole, products, policies and
// migrations, is at the root: only a role held there covers it.
//
//	TEL teller               WLT wealth manager          REL relationship manager
//	CTY county manager       FTM full-time manager       OHD outlet head
//	MKT marketing supervisor ADV wealth advisor          SUP superior
//	OPS operations           CSV customer service        AUD auditor
//	INS inspector            ADM administrator
var matrix = map[Permission]reaches{
	//                   TEL  WLT  REL  CTY  FTM  OHD  MKT  ADV  SUP  OPS  CSV  AUD  INS  ADM
	ManageUnits:        {___, ___, ___, ___, ___, ___, ___, ___, ___, ___, ___, ___, ___, sub},
	ManageStaff:        {___, ___, ___, ___, ___, ___, ___, ___, sub, ___, ___, ___, ___, sub},
	RequestAccess:      {own, own, own, own, own, sub, own, own, sub, own, own, own, own, sub},
	ApproveAccess:      {___, ___, ___, ___, ___, ___, ___, ___, sub, ___, ___, ___, ___, sub},
	RegisterCustomer:   {sub, sub, sub, sub, sub, sub, ___, sub, ___, sub, sub, ___, ___, ___},
	SupplementCustomer: {own, own, own, own, own, ___, ___, own, ___, ___, ___, ___, ___, ___},
	VerifyIdentity:     {sub, sub, sub, sub, sub, sub, ___, ___, ___, sub, sub, ___, ___, ___},
	LinkCustomer:       {sub, sub, sub, sub, sub, sub, ___, ___, ___, sub, sub, ___, ___, ___},
	EraseCustomer:      {___, ___, ___, ___, ___, ___, ___, ___, sub, ___, ___, ___, ___, ___},
	RevealFields:       {own, own, own, own, own, sub, ___, own, sub, sub, sub, sub, ___, ___},
	LookUpCustomer:     {sub, sub, sub, sub, sub, sub, ___, ___, ___, ___, ___, ___, ___, ___},
	FileClaim:          {sub, sub, sub, sub, sub, ___, ___, ___, ___, ___, ___, ___, ___, ___},
	FileChange:         {own, own, own, own, own, sub, ___, ___, sub, ___, ___, ___, ___, ___},
	ConsentToClaim:     {___, ___, ___, ___, ___, sub, ___, ___, ___, ___, ___, ___, ___, ___},
	DecideClaim:        {___, ___, ___, ___, ___, sub, ___, ___, sub, ___, ___, ___, ___, ___},
	AttachAdvisor:      {___, ___, ___, ___, ___, ___, ___, own, sub, sub, sub, ___, ___, ___},
	RequestAttachment:  {___, ___, ___, ___, ___, ___, ___, own, ___, ___, ___, ___, ___, ___},
	DecideAttachment:   {___, ___, ___, ___, ___, ___, ___, ___, sub, ___, ___, ___, ___, ___},
	EndAttachment:      {___, ___, ___, ___, ___, ___, ___, own, sub, ___, sub, ___, ___, ___},
	RecordContact:      {own, own, own, own, own, ___, ___, own, ___, ___, sub, ___, ___, ___},
	OfferReferral:      {own, own, own, own, own, sub, ___, own, ___, ___, ___, ___, ___, ___},
	AnswerReferral:     {own, own, own, own, own, own, ___, own, ___, ___, ___, ___, ___, ___},
	ManageProducts:     {___, ___, ___, ___, ___, ___, ___, ___, ___, sub, ___, ___, ___, ___},
	ReservePayment:     {___, own, own, own, own, ___, ___, own, ___, sub, ___, ___, ___, ___},
	RegisterPayment:    {___, own, own, own, own, ___, ___, own, ___, sub, ___, ___, ___, ___},
	ConfirmPayment:     {___, ___, ___, ___, ___, ___, ___, ___, sub, sub, sub, ___, ___, ___},
	PublishPolicy:      {___, ___, ___, ___, ___, ___, ___, ___, sub, ___, ___, ___, ___, ___},
	ProposeMigration:   {___, ___, ___, ___, ___, ___, ___, ___, ___, sub, ___, ___, ___, sub},
	ApproveMigration:   {___, ___, ___, ___, ___, ___, ___, ___, sub, ___, ___, ___, ___, ___},
	RecomputeDecision:  {___, ___, ___, ___, ___, ___, ___, ___, sub, sub, ___, ___, ___, ___},
	OperateSystem:      {___, ___, ___, ___, ___, ___, ___, ___, ___, ___, ___, ___, ___, sub},
	ReadCustomers:      {own, own, own, own, own, sub, sub, own, sub, sub, sub, sub, sub, ___},
	ReadClaims:         {own, own, own, own, own, sub, sub, ___, sub, ___, ___, sub, ___, ___},
	ReadReferrals:      {own, own, own, own, own, sub, sub, own, sub, ___, ___, sub, ___, ___},
	ReadPayments:       {own, own, own, own, own, sub, sub, own, sub, sub, sub, sub, ___, ___},
	ReadPerformance:    {own, own, own, own, own, sub, sub, own, sub, sub, sub, sub, ___, ___},
	ReadAttribution:    {own, own, own, own, own, sub, sub, own, sub, sub, sub, sub, ___, ___},
	ReadStaff:          {sub, sub, sub, sub, sub, sub, sub, sub, sub, sub, sub, sub, sub, sub},
	ReadUnits:          {all, all, all, all, all, all, all, all, all, all, all, all, all, all},
	ReadProducts:       {all, all, all, all, all, all, all, all, all, all, all, all, all, all},
	ReadPolicies:       {all, all, all, all, all, all, all, all, all, all, all, all, all, all},
	ReadMigrations:     {___, ___, ___, ___, ___, ___, ___, ___, sub, sub, ___, sub, ___, sub},
}

// everyone is what any active member of staff may do, whatever their roles: ask
// for access for themselves, and see themselves (B-28, B-36).
var everyone = map[Permission]Reach{RequestAccess: Own, ReadStaff: Own}

// columns is the order of the cells in a row.
var columns = domain.Roles.Values()

// Permissions is what a role may do, and how far.
func Permissions(role domain.Role) map[Permission]Reach {
	granted := make(map[Permission]Reach)
	for permission := range matrix {
		if reach := reachOf(permission, role); reach != Nothing {
			granted[permission] = reach
		}
	}
	return granted
}

// reachOf is how far the permission goes for a role; Nothing when either is
// unknown.
func reachOf(permission Permission, role domain.Role) Reach {
	row, known := matrix[permission]
	column := slices.Index(columns, role)
	if !known || column < 0 {
		return Nothing
	}
	return row[column]
}
