package catalog_test

import (
	"fmt"
	"math"
	"testing"

	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/customer"
	own "guishu/domain/ownership"
	"guishu/domain/payment"
	"guishu/domain/referral"
	"guishu/domain/staff"
	"guishu/projections/applications"
	"guishu/projections/attachments"
	"guishu/projections/attributions"
	"guishu/projections/catalog"
	"guishu/projections/customers"
	"guishu/projections/migrations"
	"guishu/projections/ownership"
	"guishu/projections/payments"
	"guishu/projections/performance"
	"guishu/projections/policies"
	"guishu/projections/products"
	"guishu/projections/purchases"
	"guishu/projections/query"
	"guishu/projections/referrals"
	"guishu/projections/requests"
	people "guishu/projections/staff"
	"guishu/projections/timeline"
	"guishu/projections/units"
)

// example is a question to read models with what may be chosen in it.
type example struct {
	name     string
	unscoped string   // why it does not keep to the reader's scope
	models   []string // it says that it tells from
	ask      func(db query.DB, reader query.Reader, answer answer)
	// orders asks for two pages in each order there is.
	orders func(db query.DB, reader query.Reader, answer answer)
}

// answer hears what came of a question.
type answer func(question string, rows int, err error)

// list asks a list for what each question chooses, for everything, and for one row.
func list[Q, R any](b *bed, name string, l query.List[Q, R], key any, questions ...Q) example {
	var all Q
	ask := func(db query.DB, reader query.Reader, answer answer) {
		for _, q := range append(questions, all) {
			page, err := l.Page(b.ctx, db, reader, q, query.Paging{})
			answer(fmt.Sprintf("%+v", q), len(page.Rows), err)
			count, err := l.Count(b.ctx, db, reader, q)
			answer(fmt.Sprintf("counting %+v", q), count, err)
		}
		if l.Key != "" {
			_, err := l.One(b.ctx, db, reader, key)
			rows := 1
			if err != nil {
				rows = 0
			}
			answer(fmt.Sprintf("the one %v", key), rows, err)
		}
	}
	orders := func(db query.DB, reader query.Reader, answer answer) {
		for _, sort := range l.Sorts {
			for _, sorted := range []string{sort.Name, "-" + sort.Name} {
				paging := query.Paging{Sort: sorted, Limit: 1}
				page, err := l.Page(b.ctx, db, reader, all, paging)
				answer("sorted by "+sorted, len(page.Rows), err)
				if paging.After = page.Next; page.Next != "" {
					page, err = l.Page(b.ctx, db, reader, all, paging)
					answer("the second page by "+sorted, len(page.Rows), err)
				}
			}
		}
	}
	return example{name, l.Unscoped, l.Models, ask, orders}
}

// other is a question that is no list; who may ask it is for the caller.
func other(name string, ask func(db query.DB, reader query.Reader) error) example {
	return example{
		name: name, unscoped: "who may ask it is for the caller",
		ask:    func(db query.DB, reader query.Reader, answer answer) { answer("", 0, ask(db, reader)) },
		orders: func(query.DB, query.Reader, answer) {},
	}
}

// examples ask every list, and every other question, of every read model.
func (b *bed) examples(t *testing.T) []example {
	t.Helper()
	first, err := customers.Customers().Page(b.ctx, b.Pool, query.Reader{Scope: everywhere}, customers.Query{}, query.Paging{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	id, who := first.Rows[0].Customer, b.story.Staff[1]
	day := domain.DateOf(b.story.Begin, domain.ChinaZone())
	path := b.area(t, b.story.Branches[0], "").Areas[0].Path
	product, outlet := b.story.Products[0], b.story.Outlets[0]
	parts := []timeline.Part{{Types: []string{"customer.registered"}}, {Types: []string{"payment.reserved"}, Things: func(w *query.Where) string {
		return "SELECT thing FROM read.timeline WHERE customer = " + w.Arg(id.UUID())
	}}}
	var sums []performance.Query
	for _, level := range []performance.Level{performance.Headquarters, performance.Branch, performance.Outlet, performance.Person} {
		sums = append(sums, performance.Query{Level: level, ByProduct: true, From: day, To: day.AddDays(200)})
	}
	for _, grain := range performance.Grains.Values() {
		sums = append(sums, performance.Query{Level: performance.Person, Grain: grain, Product: product, Advisor: who, Below: path})
	}
	moment := ownership.Moment{AsOf: b.story.Begin, KnownAt: b.story.Begin}
	return []example{
		list(b, "customers", customers.Customers(), id,
			customers.Query{Name: "王"}, customers.Query{Name: "wang"}, customers.Query{CustomerNo: "1"}, customers.Query{PhoneHash: []byte{1}},
			customers.Query{IdentityHash: []byte{1}}, customers.Query{View: customers.ToBeCompleted}, customers.Query{View: customers.MyCustomers, Own: who},
			customers.Query{Owner: who, Line: domain.SelfOperated}, customers.Query{Attached: who}, customers.Query{Below: path},
			customers.Query{Employer: "单位"}, customers.Query{Line: domain.Agency},
			customers.Query{Kind: customer.Formal, Registered: query.Days{From: day, To: day.AddDays(30)}}),
		list(b, "applications", applications.Applications(), domain.ApplicationID{1},
			applications.Query{Status: own.ApplicationPending}, applications.Query{Applicant: who}, applications.Query{ApplicantNo: "S1"}, applications.Query{Customer: id},
			applications.Query{Unit: outlet}, applications.Query{Below: path, Filed: query.Days{From: day}}, applications.Query{Kind: own.EstablishRelation}),
		list(b, "payments", payments.Payments(), domain.PaymentID{1},
			payments.Query{Status: payment.StatusConfirmed}, payments.Query{Customer: id}, payments.Query{Product: product}, payments.Query{Advisor: who},
			payments.Query{ExternalNo: "X"}, payments.Query{Below: path, Confirmed: query.Days{From: day}}),
		list(b, "purchases", purchases.Purchases(), domain.PaymentID{1},
			purchases.Query{Customer: id}, purchases.Query{Product: product, Standing: true}, purchases.Query{Advisor: who},
			purchases.Query{From: day, To: day.AddDays(90)}, purchases.Query{Held: day.AddDays(20)}, purchases.Query{Below: path}),
		list(b, "attributions", attributions.Attributions(), domain.DecisionID{1},
			attributions.Query{Customer: id}, attributions.Query{Winner: who}, attributions.Query{Handler: who, Apart: true},
			attributions.Query{Apart: true, Standing: true}, attributions.Query{Payment: domain.PaymentID{1}}, attributions.Query{Decided: query.Days{From: day}}),
		list(b, "performance", performance.Sums(), nil, sums...),
		list(b, "attachments", attachments.Attachments(), domain.AttachmentID{1},
			attachments.Query{Customer: id, Active: true}, attachments.Query{Advisor: who},
			attachments.Query{Customer: id, AsOf: b.story.Begin, KnownAt: b.story.Begin}),
		list(b, "attachment_requests", requests.Requests(), domain.AttachmentID{1},
			requests.Query{Status: attachment.RequestPending}, requests.Query{Customer: id}, requests.Query{Advisor: who}),
		list(b, "referrals", referrals.Referrals(), domain.ReferralID{1},
			referrals.Query{Status: referral.StatusOffered, Today: day}, referrals.Query{Status: referral.StatusExpired, Today: day},
			referrals.Query{Status: referral.StatusAccepted}, referrals.Query{Customer: id}, referrals.Query{Referrer: who}, referrals.Query{Target: who}),
		list(b, "contacts", attachments.Contacts(), domain.Position(1), attachments.ContactQuery{Customer: id}, attachments.ContactQuery{Advisor: who}),
		list(b, "staff", people.Members(), who,
			people.Query{Name: "王"}, people.Query{EmployeeNo: "S1"}, people.Query{Role: domain.RoleAdvisor}, people.Query{Superior: who},
			people.Query{Unit: outlet}, people.Query{Below: path, Active: true}),
		list(b, "requests", people.Requests(), domain.RequestID{1},
			people.RequestQuery{Status: staff.RequestPending}, people.RequestQuery{Staff: who}),
		list(b, "timeline", timeline.Timeline(), domain.Position(1),
			timeline.Query{Customer: id, AsOf: b.story.Begin, KnownAt: b.story.Begin, Parts: parts},
			timeline.Query{Customer: id, Types: []string{"customer.registered"}, Parts: parts}),
		list(b, "units", units.Units(), outlet,
			units.Query{Below: path, Name: "网"}, units.Query{Parent: b.story.Root}, units.Query{Code: "1"}, units.Query{Kind: domain.Outlet, Line: domain.Agency, Open: true}),
		list(b, "products", products.Products(), product,
			products.Query{Name: "产", MaturesFrom: day}, products.Query{Code: "P1"}, products.Query{Series: "S"}, products.Query{Supplier: "供应商", Open: true}),
		list(b, "policies", policies.Policies(), 1),
		list(b, "migrations", migrations.Migrations(), domain.BatchID{1}, migrations.Query{Status: "CLOSED"}),
		other("owner at a moment", func(db query.DB, _ query.Reader) error { _, err := ownership.At(b.ctx, db, id, moment); return err }),
		other("ownership history", func(db query.DB, _ query.Reader) error {
			_, err := ownership.History(b.ctx, db, id, moment)
			return err
		}),
		other("relations", func(db query.DB, _ query.Reader) error { _, err := customers.Relations(b.ctx, db, id); return err }),
		other("names of customers", func(db query.DB, _ query.Reader) error {
			_, err := customers.Called(b.ctx, db, []domain.CustomerID{id})
			return err
		}),
		other("newest entries of all customers", func(db query.DB, _ query.Reader) error {
			_, err := timeline.Newest(b.ctx, db, math.MaxInt64, 1)
			return err
		}),
		other("grants", func(db query.DB, _ query.Reader) error { _, err := people.Grants(b.ctx, db, who); return err }),
		other("total performance", func(db query.DB, reader query.Reader) error {
			_, _, err := performance.Total(b.ctx, db, reader, performance.Query{Level: performance.Person, Grain: performance.Daily, From: day, Below: path})
			return err
		}),
		other("staff at a unit", func(db query.DB, _ query.Reader) error {
			_, err := catalog.NewCensus(db, domain.ChinaZone()).StaffAt(b.ctx, path)
			return err
		}),
		other("open work", func(db query.DB, _ query.Reader) error {
			_, err := catalog.NewCensus(db, domain.ChinaZone()).OpenWork(b.ctx, who)
			return err
		}),
		other("customers owned", func(db query.DB, _ query.Reader) error {
			_, err := catalog.NewCensus(db, domain.ChinaZone()).Owned(b.ctx, who)
			return err
		}),
		other("claims of a day", func(db query.DB, _ query.Reader) error {
			_, err := catalog.NewCensus(db, domain.ChinaZone()).ClaimsOn(b.ctx, who, day)
			return err
		}),
	}
}
