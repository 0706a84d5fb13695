// Package calendar counts days as the business does: working days by the published
// calendars, days of the lunar calendar, and the periods that sums are made over.
package calendar
