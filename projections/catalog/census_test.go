package catalog_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	own "guishu/domain/ownership"
	"guishu/domain/payment"
	"guishu/domain/product"
	"guishu/domain/staff"
	"guishu/eventstore/sealing"
	"guishu/projections/catalog"
	"guishu/projections/customers"
	"guishu/projections/projectiontest"
	"guishu/projections/purchases"
	"guishu/projections/query"
	people "guishu/projections/staff"
)

// empty is a ledger without a story, all read models running.
func empty(t *testing.T) *bed {
	t.Helper()
	b := &bed{Ledger: projectiontest.New(t), ctx: context.Background()}
	b.runner, _ = b.Run(catalog.Models(sealing.NewHasher(), domain.ChinaZone())...)
	return b
}

// the claims of a day are applications to become an owner; who hands a
// customer on, or gives one up, claims nothing.
func TestOnlyClaimsCountAsTheDaysClaims(t *testing.T) {
	t.Parallel()
	b := empty(t)
	who, of := projectiontest.ID[domain.StaffID](), projectiontest.ID[domain.CustomerID]()
	for _, kind := range own.ApplicationKinds.Values() {
		b.Append(own.StreamOf(of, domain.Agency), own.ClaimFiled{
			Application: projectiontest.ID[domain.ApplicationID](), Kind: kind, Customer: of, Line: domain.Agency, Applicant: who,
		})
	}
	b.Wait(b.runner)
	census := catalog.NewCensus(b.Pool, domain.ChinaZone())
	count, err := census.ClaimsOn(b.ctx, who, domain.DateOf(time.Now(), domain.ChinaZone()))
	if err != nil || count != 2 {
		t.Errorf("%d claims, want the two that establish: %v", count, err)
	}
}

// A name that begins with nothing that can be read in pinyin is nobody's, not
// everybody's.
func TestStaffAreFoundByTheBeginningOfTheirName(t *testing.T) {
	t.Parallel()
	b := empty(t)
	unit, wang := projectiontest.ID[domain.UnitID](), projectiontest.ID[domain.StaffID]()
	b.Append(staff.StreamPrefix+wang.String(), staff.Hired{Staff: wang, EmployeeNo: "S1", Name: domain.NewPersonal("王小明"), Unit: unit})
	b.Wait(b.runner)
	for name, want := range map[string]int{"王": 1, "wangx": 1, "Wang Xiao": 1, "李": 0, "li": 0, "*": 0, "·": 0} {
		if count, err := people.Members().Count(b.ctx, b.Pool, seesAll, people.Query{Name: name}); err != nil || count != want {
			t.Errorf("%d begin with %q, want %d: %v", count, name, want, err)
		}
	}
}

// Rows keep how names are read: where that changes, the rows that are there differ
// from those a replay folds, unless the read models get new versions.
func TestWhoChangesHowNamesAreReadGivesNewVersions(t *testing.T) {
	t.Parallel()
	read := sha256.New()
	for _, text := range []string{
		"张三", "曾乐", "单雄", "吕布", "欧阳示例", "阿凡提·买买提", "Zhang Sān", "O'Neill", "王é", "A1 贸易", "王重庆", "长安银行",
		"王\u0301明", "阿\u0308·\u0301买", "葛\U000e0100三\ufe0f", "张\u200b三", "龘\u3400",
	} {
		name, err := identity.ParseName(text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		for _, party := range domain.Parties.Values() {
			pinyin := identity.PinyinOf(name, party)
			fmt.Fprintf(read, "%q %q %q %q\n", name.Text(), pinyin.Display(), pinyin.Sort(), pinyin.SearchKeys())
		}
	}
	got := fmt.Sprintf("customers %d, staff %d: %x", customers.Model(nil).Version, people.Model().Version, read.Sum(nil)[:8])
	if want := "customers 3, staff 3: b0824283fc3a0951"; got != want {
		t.Errorf("names are read as %s, want %s: give both read models new versions", got, want)
	}
}

// B-17: nobody holds a product before they bought it, however long it has been
// established.
func TestAProductIsHeldFromItsPurchaseOn(t *testing.T) {
	t.Parallel()
	b := empty(t)
	fund, of := projectiontest.ID[domain.ProductID](), projectiontest.ID[domain.CustomerID]()
	who, unit := projectiontest.ID[domain.StaffID](), projectiontest.ID[domain.UnitID]()
	day := func(text string) domain.Date {
		on, err := domain.ParseDate(text)
		if err != nil {
			t.Fatal(err)
		}
		return on
	}
	b.Append(product.StreamPrefix+fund.String(), product.Launched{Product: fund, Code: "F1", Name: "示例", Supplier: "示例基金"},
		product.InceptionRecorded{Product: fund, EstablishedOn: day("2026-03-01"), MaturesOn: day("2026-12-31")})
	b.Append(customer.StreamPrefix+of.String(), customer.Registered{Customer: of, Party: domain.Person, Name: domain.NewPersonal("王示例")})
	for _, bought := range []string{"2026-02-10", "2026-06-15"} {
		deal := payment.Deal{Payment: projectiontest.ID[domain.PaymentID](), Customer: of, Product: fund, Advisor: who, Unit: unit, AmountFen: 100}
		at := projectiontest.At{Effective: day(bought).Start(domain.ChinaZone()), Asserted: true}
		b.AppendAt(at, payment.StreamPrefix+deal.Payment.String(), payment.Reserved{Deal: deal}, payment.Registered{Deal: deal}, payment.Confirmed{Deal: deal})
	}
	b.Wait(b.runner)
	for on, want := range map[string]int{"2026-02-20": 0, "2026-03-01": 1, "2026-06-14": 1, "2026-06-15": 2, "2026-12-31": 2, "2027-01-01": 0} {
		if count, err := purchases.Purchases().Count(b.ctx, b.Pool, seesAll, purchases.Query{Held: day(on)}); err != nil || count != want {
			t.Errorf("%d held on %s, want %d: %v", count, on, want, err)
		}
	}
	page, err := purchases.Purchases().Page(b.ctx, b.Pool, seesAll, purchases.Query{}, query.Paging{Sort: "oldest"})
	if err != nil || len(page.Rows) != 2 {
		t.Fatalf("%+v, %v", page, err)
	}
	if first, second := page.Rows[0].HeldFrom, page.Rows[1].HeldFrom; first != day("2026-03-01") || second != day("2026-06-15") {
		t.Errorf("held from %s and %s", first, second)
	}
}
