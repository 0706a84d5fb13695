package customer

import (
	"strings"

	"guishu/domain"
)

// Aggregate is what the ledger must know of customers.
func Aggregate() domain.Aggregate {
	return domain.Aggregate{
		Name:  "customer",
		Codes: Codes(),
		Categories: []domain.Category{{
			Streams:  StreamPrefix + "{customer}",
			Decides:  "potential → formal once; fields lock",
			Customer: domain.CustomerOfTheStream,
			Area:     domain.AreaCustomer,
			OpenWork: domain.NeverOpenWork,
			Unique:   []domain.UniqueKind{Identity, CustomerNo},
			State:    domain.StateOf[State](),
			Events: []domain.EventType{
				domain.DescribeEvent[Registered]("customer.registered", 1).Titled("登记客户", "Customer registered"),
				domain.DescribeEvent[Supplemented]("customer.supplemented", 1).Titled("信息补充", "Information supplemented"),
				domain.DescribeEvent[PhoneRecorded]("customer.phone-recorded", 1).Titled("登记客户电话", "Phone recorded"),
				domain.DescribeEvent[IdentityVerified]("customer.identity-verified", 1).Titled("联网核查身份", "Identity verified"),
				domain.DescribeEvent[Linked]("customer.linked", 1).Titled("关联客户号", "Linked to a customer number"),
				domain.DescribeEvent[BecameFormal]("customer.became-formal", 1).Titled("转为正式客户", "Became a formal customer"),
				domain.DescribeEvent[Erased]("customer.erased", 1).Titled("删除个人信息", "Personal information erased"),
			},
		}},
	}
}

// Identity is the customer's document, a type and a number, and CustomerNo the core
// bank's number.
var (
	Identity = domain.UniqueKind{
		Name: "identity", Chinese: "证件", English: "identity document", Field: "identity_number",
		Taken: ErrDuplicateIdentity, Hashed: true,
	}
	CustomerNo = domain.UniqueKind{
		Name: "customer-no", Chinese: "客户号", English: "customer number", Field: "customer_no",
		Taken: ErrAlreadyLinked,
	}
)

// UniqueKeys are the document and the customer number; an erased customer has
// neither.
func (s *State) UniqueKeys() []domain.UniqueKey {
	if s.Erased {
		return nil
	}
	var keys []domain.UniqueKey
	if document := s.Identity(); !document.IsZero() {
		keys = append(keys, Identity.Key(document.Canonical()))
	}
	if no := strings.TrimSpace(s.CustomerNo); no != "" {
		keys = append(keys, CustomerNo.Key(no))
	}
	return keys
}
