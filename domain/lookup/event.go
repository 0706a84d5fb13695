// Package lookup is the record of who looked: every claim look-up counts
// against a daily quota, and every reveal of a masked field is on
// record before the field is shown (C-04).
package lookup

import "guishu/domain"

// StreamPrefix begins the name of the stream of one employee's look-ups on one
// day: the id, a dash and the day follow.
const StreamPrefix = "lookup-"

// RevealStreamPrefix begins the name of the stream of a customer's reveals.
const RevealStreamPrefix = "reveal-"

// StreamOf names the stream of an employee's look-ups on a business day.
func StreamOf(staff domain.StaffID, on domain.Date) string {
	return StreamPrefix + staff.String() + "-" + on.String()
}

// LookedUp says that somebody asked whether a customer can be claimed. The key
// asked for is not kept, only what kind it was and what was found.
type LookedUp struct {
	Staff    domain.StaffID    `label:"查询人|Looked up by"`
	Unit     domain.UnitID     `label:"查询人机构|Unit of who looked"`
	By       Means             `label:"查询方式|Looked up by key"`
	Customer domain.CustomerID `label:"客户|Customer"` // zero when none was found
	Answer   Answer            `label:"查询结果|Answer"`
}

// Revealed says that somebody is about to see fields in clear, and what for.
type Revealed struct {
	Customer domain.CustomerID `label:"客户|Customer"`
	Staff    domain.StaffID    `label:"查看人|Seen by"`
	Fields   []string          `label:"查看的字段|Fields"`
	Purpose  string            `label:"查看目的|Purpose"`
}

// AboutCustomer is the customer who was found; zero for none.
func (e LookedUp) AboutCustomer() domain.CustomerID { return e.Customer }
