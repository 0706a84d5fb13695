// Package domain is the shared vocabulary of customer ownership: ids, money, days,
// business lines, units, roles, and the toolkits by which the sub-packages declare
// their refusals, enumerations and events. The sub-packages speak in these words:
// one an aggregate, identity for identity documents, phones, names and accounts,
// calendar for working days, lunar days and periods.
//
// Everything here is pure: no clock (today comes in as an argument), no input or
// output, no storage. Constructors and parsers check; a value that exists is
// valid, and the rest of the code trusts it.
package domain
