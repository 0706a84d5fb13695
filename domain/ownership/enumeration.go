package ownership

import "guishu/domain"

// ApplicationKind is what an application for a customer relation asks for.
type ApplicationKind string

// The values of ApplicationKind.
const (
	EstablishRelation ApplicationKind = "ESTABLISH"
	AdjustRelation    ApplicationKind = "ADJUST"
	DissolveRelation  ApplicationKind = "DISSOLVE"
	CrossInstitution  ApplicationKind = "CROSS_INSTITUTION"
)

// ApplicationKinds is every application kind.
var ApplicationKinds = domain.NewEnumeration(domain.ErrFormValue.At("kind"),
	domain.Named(EstablishRelation, "申请建立客户关系", "establish a relation"),
	domain.Named(AdjustRelation, "申请调整客户关系", "adjust a relation"),
	domain.Named(DissolveRelation, "申请解除客户关系", "dissolve a relation"),
	domain.Named(CrossInstitution, "申请跨机构建立客户关系", "establish a relation across institutions"),
)

// Valid says whether a is one of ApplicationKinds.
func (a ApplicationKind) Valid() bool { return ApplicationKinds.Valid(a) }

// Words is every value with its names.
func (ApplicationKind) Words() []domain.Word { return ApplicationKinds.Words() }

// ApplicationStatus is where an application stands.
type ApplicationStatus string

// The values of ApplicationStatus.
const (
	ApplicationPending    ApplicationStatus = "PENDING"
	ApplicationApproved   ApplicationStatus = "APPROVED"
	ApplicationRejected   ApplicationStatus = "REJECTED"
	ApplicationWithdrawn  ApplicationStatus = "WITHDRAWN"
	ApplicationSuperseded ApplicationStatus = "SUPERSEDED"
)

// ApplicationStatuses is every application status.
var ApplicationStatuses = domain.NewEnumeration(domain.ErrFormValue.At("status"),
	domain.Named(ApplicationPending, "待审批", "pending"),
	domain.Named(ApplicationApproved, "已同意", "approved"),
	domain.Named(ApplicationRejected, "未同意", "rejected"),
	domain.Named(ApplicationWithdrawn, "已撤回", "withdrawn"),
	domain.Named(ApplicationSuperseded, "已被取代", "superseded"),
)

// Valid says whether a is one of ApplicationStatuses.
func (a ApplicationStatus) Valid() bool { return ApplicationStatuses.Valid(a) }

// Words is every value with its names.
func (ApplicationStatus) Words() []domain.Word { return ApplicationStatuses.Words() }
