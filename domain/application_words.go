package domain

// ApplicationKind is what an application for a customer relation asks for.
type ApplicationKind string

// The values of ApplicationKind.
const (
	EstablishRelation ApplicationKind = "ESTABLISH"         // 申请建立客户关系, establish a relation
	AdjustRelation    ApplicationKind = "ADJUST"            // 申请调整客户关系, adjust a relation
	DissolveRelation  ApplicationKind = "DISSOLVE"          // 申请解除客户关系, dissolve a relation
	CrossInstitution  ApplicationKind = "CROSS_INSTITUTION" // 申请跨机构建立客户关系, establish a relation across institutions
)

var applicationKindWords = words[ApplicationKind]{
	{EstablishRelation, "申请建立客户关系", "establish a relation"},
	{AdjustRelation, "申请调整客户关系", "adjust a relation"},
	{DissolveRelation, "申请解除客户关系", "dissolve a relation"},
	{CrossInstitution, "申请跨机构建立客户关系", "establish a relation across institutions"},
}

// ApplicationKinds is every value, in the order lists show them.
func ApplicationKinds() []ApplicationKind { return applicationKindWords.values() }

// ParseApplicationKind reads an application kind by its code in either case or its Chinese name; else
// ErrFormValue.
func ParseApplicationKind(text string) (ApplicationKind, error) {
	return applicationKindWords.parse(text, ErrFormValue.At("kind"))
}

// Valid says whether k is one of the values.
func (k ApplicationKind) Valid() bool { return applicationKindWords.valid(k) }

// Chinese is the name shown in Chinese.
func (k ApplicationKind) Chinese() string { return applicationKindWords.chinese(k) }

// English is the name shown in English.
func (k ApplicationKind) English() string { return applicationKindWords.english(k) }

// ApprovalResult is an approver's answer.
type ApprovalResult string

// The values of ApprovalResult.
const (
	Approve ApprovalResult = "APPROVE" // 同意, approve
	Reject  ApprovalResult = "REJECT"  // 不同意, reject
)

var approvalResultWords = words[ApprovalResult]{
	{Approve, "同意", "approve"},
	{Reject, "不同意", "reject"},
}

// ApprovalResults is every value, in the order lists show them.
func ApprovalResults() []ApprovalResult { return approvalResultWords.values() }

// ParseApprovalResult reads an approval result by its code in either case or its Chinese name; else
// ErrFormValue.
func ParseApprovalResult(text string) (ApprovalResult, error) {
	return approvalResultWords.parse(text, ErrFormValue.At("result"))
}

// Valid says whether r is one of the values.
func (r ApprovalResult) Valid() bool { return approvalResultWords.valid(r) }

// Chinese is the name shown in Chinese.
func (r ApprovalResult) Chinese() string { return approvalResultWords.chinese(r) }

// English is the name shown in English.
func (r ApprovalResult) English() string { return approvalResultWords.english(r) }

// ApplicationStatus is where an application stands.
type ApplicationStatus string

// The values of ApplicationStatus.
const (
	ApplicationPending    ApplicationStatus = "PENDING"    // 待审批, pending
	ApplicationApproved   ApplicationStatus = "APPROVED"   // 已同意, approved
	ApplicationRejected   ApplicationStatus = "REJECTED"   // 未同意, rejected
	ApplicationWithdrawn  ApplicationStatus = "WITHDRAWN"  // 已撤回, withdrawn
	ApplicationSuperseded ApplicationStatus = "SUPERSEDED" // 已被取代, superseded
)

var applicationStatusWords = words[ApplicationStatus]{
	{ApplicationPending, "待审批", "pending"},
	{ApplicationApproved, "已同意", "approved"},
	{ApplicationRejected, "未同意", "rejected"},
	{ApplicationWithdrawn, "已撤回", "withdrawn"},
	{ApplicationSuperseded, "已被取代", "superseded"},
}

// ApplicationStatuses is every value, in the order lists show them.
func ApplicationStatuses() []ApplicationStatus { return applicationStatusWords.values() }

// ParseApplicationStatus reads an application status by its code in either case or its Chinese name; else
// ErrFormValue.
func ParseApplicationStatus(text string) (ApplicationStatus, error) {
	return applicationStatusWords.parse(text, ErrFormValue.At("status"))
}

// Valid says whether s is one of the values.
func (s ApplicationStatus) Valid() bool { return applicationStatusWords.valid(s) }

// Chinese is the name shown in Chinese.
func (s ApplicationStatus) Chinese() string { return applicationStatusWords.chinese(s) }

// English is the name shown in English.
func (s ApplicationStatus) English() string { return applicationStatusWords.english(s) }
