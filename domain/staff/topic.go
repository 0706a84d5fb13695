package staff

import (
	"slices"
	"strings"

	"guishu/domain"
)

// Topic is what permissions are about: the word before the point in their names.
// Whoever hands their rights on, as to an API token, can hand them on for some topics
// only (S-07).
type Topic string

// The values of Topic, in the order of the permissions.
const (
	TopicUnit        Topic = "unit"
	TopicStaff       Topic = "staff"
	TopicAccess      Topic = "access"
	TopicCustomer    Topic = "customer"
	TopicClaim       Topic = "claim"
	TopicAttachment  Topic = "attachment"
	TopicContact     Topic = "contact"
	TopicReferral    Topic = "referral"
	TopicProduct     Topic = "product"
	TopicPayment     Topic = "payment"
	TopicPolicy      Topic = "policy"
	TopicMigration   Topic = "migration"
	TopicAttribution Topic = "attribution"
	TopicPerformance Topic = "performance"
	TopicSystem      Topic = "system"
)

// Topics is every topic.
var Topics = domain.NewEnumeration(domain.ErrFormValue.At("areas"),
	domain.Named(TopicUnit, "机构", "units"),
	domain.Named(TopicStaff, "员工", "staff"),
	domain.Named(TopicAccess, "岗位权限", "access"),
	domain.Named(TopicCustomer, "客户", "customers"),
	domain.Named(TopicClaim, "客户关系申请", "applications"),
	domain.Named(TopicAttachment, "下挂", "attachments"),
	domain.Named(TopicContact, "客户联络", "contacts"),
	domain.Named(TopicReferral, "引见", "referrals"),
	domain.Named(TopicProduct, "产品", "products"),
	domain.Named(TopicPayment, "划款", "payments"),
	domain.Named(TopicPolicy, "规则", "policies"),
	domain.Named(TopicMigration, "迁移批次", "migration batches"),
	domain.Named(TopicAttribution, "业绩归属", "attributions"),
	domain.Named(TopicPerformance, "业绩", "performance"),
	domain.Named(TopicSystem, "系统运维", "the system"),
)

// Valid says whether t is one of Topics.
func (t Topic) Valid() bool { return Topics.Valid(t) }

// Words is every value with its names.
func (Topic) Words() []domain.Word { return Topics.Words() }

// Topic is what the permission is about.
func (p Permission) Topic() Topic {
	topic, _, _ := strings.Cut(string(p), ".")
	return Topic(topic)
}

// About is the principal with no more than they may do about the topics; with all of
// it when none is named. What their roles show of a customer beside that, such as
// payments to who asks about customers, is narrowed too.
func (p Principal) About(topics []Topic) Principal {
	if len(topics) == 0 {
		return p
	}
	p.topics = topics
	p.Grants = slices.Clone(p.Grants)
	for i := range p.Grants {
		p.Grants[i].topics = topics
	}
	return p
}

// Again is the principal as they are now, about no more topics than before.
func (p Principal) Again(now Principal) Principal { return now.About(p.topics) }

// within says whether a permission is about one of the topics, or whether none is
// named.
func within(topics []Topic, permission Permission) bool {
	return len(topics) == 0 || slices.Contains(topics, permission.Topic())
}

// reach is how far the permission goes by the grant.
func (g Grant) reach(permission Permission) Reach {
	if !within(g.topics, permission) {
		return Nothing
	}
	return reachOf(permission, g.Role)
}
