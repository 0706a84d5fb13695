package referral

import "guishu/domain"

// Status is where a referral stands.
type Status string

// The values of Status. No event says EXPIRED: it follows from the day that is
// asked about (design §10).
const (
	StatusOffered   Status = "OFFERED"
	StatusAccepted  Status = "ACCEPTED"
	StatusRejected  Status = "REJECTED"
	StatusCancelled Status = "CANCELLED"
	StatusExpired   Status = "EXPIRED"
)

// Statuses is every status.
var Statuses = domain.NewEnumeration(domain.ErrFormValue.At("status"),
	domain.Named(StatusOffered, "待答复", "offered"),
	domain.Named(StatusAccepted, "已接受", "accepted"),
	domain.Named(StatusRejected, "已拒绝", "rejected"),
	domain.Named(StatusCancelled, "已取消", "cancelled"),
	domain.Named(StatusExpired, "已过期", "expired"),
)

// Valid says whether s is one of Statuses.
func (s Status) Valid() bool { return Statuses.Valid(s) }

// Words is every value with its names.
func (Status) Words() []domain.Word { return Statuses.Words() }
