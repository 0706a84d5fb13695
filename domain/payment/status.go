package payment

import "guishu/domain"

// Status is where a payment stands (B-11).
type Status string

// The values of Status.
const (
	StatusReserved   Status = "RESERVED"
	StatusRegistered Status = "REGISTERED"
	StatusConfirmed  Status = "CONFIRMED"
	StatusCancelled  Status = "CANCELLED"
	StatusReturned   Status = "RETURNED"
	StatusReversed   Status = "REVERSED"
)

// Statuses is every status.
var Statuses = domain.NewEnumeration(domain.ErrFormValue.At("status"),
	domain.Named(StatusReserved, "预约", "reserved"),
	domain.Named(StatusRegistered, "登记", "registered"),
	domain.Named(StatusConfirmed, "确认", "confirmed"),
	domain.Named(StatusCancelled, "已取消", "cancelled"),
	domain.Named(StatusReturned, "已退回", "returned"),
	domain.Named(StatusReversed, "已冲正", "reversed"),
)

// Valid says whether s is one of Statuses.
func (s Status) Valid() bool { return Statuses.Valid(s) }

// Words is every value with its names.
func (Status) Words() []domain.Word { return Statuses.Words() }
