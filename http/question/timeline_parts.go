package question

import (
	"slices"

	"guishu/domain"
	"guishu/domain/aggregates"
	"guishu/domain/staff"
	"guishu/projections/applications"
	"guishu/projections/attachments"
	"guishu/projections/attributions"
	"guishu/projections/payments"
	"guishu/projections/query"
	"guishu/projections/referrals"
	"guishu/projections/timeline"
)

// areaList is how it is known which things of an area a reader is shown: by the
// area's own list, asked within the timeline's question, so that a page is full and
// neither its size nor its cursor tells of what is left out (C-03).
type areaList struct {
	needs  staff.Permission // the list's
	models []string
	ids    func(w *query.Where, reader query.Reader, of domain.CustomerID) string
}

// listed is the area of a list: the ids in a column of the rows that are about a customer.
func listed[In Paged, Q, R, V any](l List[In, Q, R, V], column string, about func(domain.CustomerID) Q) areaList {
	return areaList{l.Needs, slices.Concat(l.Models, l.Of.Models), func(w *query.Where, reader query.Reader, of domain.CustomerID) string {
		return query.IDs(w, l.Of, column, reader, about(of))
	}}
}

// areaLists are the areas that have a list of their own. Those that have none are in
// parts; an area that is in neither is shown to nobody.
func areaLists() map[domain.Area]areaList {
	return map[domain.Area]areaList{
		domain.AreaApplication: listed(Applications(), "c.application", func(of domain.CustomerID) applications.Query { return applications.Query{Customer: of} }),
		domain.AreaContact:     listed(Contacts(), "contact", func(of domain.CustomerID) attachments.ContactQuery { return attachments.ContactQuery{Customer: of} }),
		domain.AreaReferral: listed(Referrals(), "referral", func(of domain.CustomerID) referrals.Query {
			return referrals.Query{Customer: of}
		}),
		domain.AreaPayment:     listed(Payments(), "p.payment", func(of domain.CustomerID) payments.Query { return payments.Query{Customer: of} }),
		domain.AreaAttribution: listed(Attributions(), "t.decision", func(of domain.CustomerID) attributions.Query { return attributions.Query{Customer: of} }),
	}
}

// timelineModels are what a timeline is read from beside its own.
func timelineModels() []string {
	models := customerModels()
	for _, list := range areaLists() {
		models = append(models, list.models...)
	}
	slices.Sort(models)
	return slices.Compact(models)
}

// parts are what the reader is told of what happened to the customer that the question
// is about, whom they may read.
func (r *Reader) parts() []timeline.Part {
	events := aggregates.All()
	parts := []timeline.Part{{Types: events.EventsIn(domain.AreaCustomer)}}
	if r.Principal.May(staff.ReadCustomers, r.customer.HomePath, r.customer.HomeLine) {
		parts = append(parts, timeline.Part{Types: events.EventsIn(domain.AreaOversight)})
	}
	lists := areaLists()
	for _, area := range domain.Areas() {
		list, has := lists[area]
		scope := r.Principal.Scope(list.needs)
		if !has || scope.Empty() {
			continue
		}
		parts = append(parts, timeline.Part{Types: events.EventsIn(area), Things: func(w *query.Where) string {
			return list.ids(w, r.as(scope), r.customer.Customer)
		}})
	}
	return parts
}
