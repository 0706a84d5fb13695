// Package domain is the shared vocabulary of customer ownership: money, days,
// identity documents, phones, names, business lines, units and the errors that
// say what is wrong with them. The sub-packages, one an aggregate, speak in
// these words.
//
// Everything here is pure: no clock (today comes in as an argument), no input or
// output, no storage. Constructors and parsers check; a value that exists is
// valid, and the rest of the code trusts it.
package domain
