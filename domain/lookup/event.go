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
	Staff    domain.StaffID
	Unit     domain.UnitID
	By       Means
	Customer domain.CustomerID // zero when none was found
	Answer   Answer
}

// Revealed says that somebody is about to see fields in clear, and what for.
type Revealed struct {
	Customer domain.CustomerID
	Staff    domain.StaffID
	Fields   []string
	Purpose  string
}

// Events describes every event of look-ups and reveals.
func Events() []domain.EventType {
	return []domain.EventType{
		domain.DescribeEvent[LookedUp]("lookup.looked-up", 1),
		domain.DescribeEvent[Revealed]("lookup.revealed", 1),
	}
}
