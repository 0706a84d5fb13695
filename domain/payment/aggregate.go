package payment

import (
	"strings"

	"guishu/domain"
)

// Aggregate is what the ledger must know of payments.
func Aggregate() domain.Aggregate {
	return domain.Aggregate{
		Name:  "payment",
		Codes: Codes(),
		Categories: []domain.Category{{
			Streams:  StreamPrefix + "{payment}",
			Decides:  "the order of a payment's states, four eyes",
			Customer: domain.CustomerOfTheEvent,
			Area:     domain.AreaPayment,
			OpenWork: domain.MayBeOpenWork,
			Unique:   []domain.UniqueKind{ExternalNo},
			State:    domain.StateOf[State](),
			Events: []domain.EventType{
				domain.DescribeEvent[Reserved]("payment.reserved", 1).Titled("划款预约", "Payment reserved"),
				domain.DescribeEvent[Registered]("payment.registered", 1).Titled("划款登记", "Payment registered"),
				domain.DescribeEvent[Confirmed]("payment.confirmed", 1).Titled("打款确认", "Payment confirmed"),
				domain.DescribeEvent[Returned]("payment.returned", 1).Titled("退回登记", "Payment returned"),
				domain.DescribeEvent[Cancelled]("payment.cancelled", 1).Titled("取消划款", "Payment cancelled"),
				domain.DescribeEvent[Reversed]("payment.reversed", 1).Titled("冲正划款", "Payment reversed"),
			},
		}},
	}
}

// ExternalNo is the number in the system that a payment was imported from.
var ExternalNo = domain.UniqueKind{
	Name: "external-no", Chinese: "外部编号", English: "external number", Field: "external_no", Taken: ErrDuplicate,
}

// UniqueKeys is the number that the payment came with, if any.
func (s *State) UniqueKeys() []domain.UniqueKey {
	no := strings.TrimSpace(s.ExternalNo)
	if no == "" {
		return nil
	}
	return []domain.UniqueKey{ExternalNo.Key(no)}
}
