package domain

import (
	"slices"
	"strings"
)

// Provenance says whether a fact is entered as it happens or imported.
type Provenance int

const (
	// EnteredNow: every gate holds.
	EnteredNow Provenance = iota
	// ApprovedHistory: the fact comes under an approved migration batch. Gates
	// on missing fields become exceptions on record; gates on sense still refuse.
	ApprovedHistory
)

// Gates collects what is missing where a fact enters the ledger: a refusal that
// names every missing field at once, or, for approved history, the exceptions
// that go with the event and put the customer on the to-be-completed list
// (B-16). The zero Gates is for facts entered now.
type Gates struct {
	Provenance Provenance
	missing    []Exception
	first      Code // of the first that is missing
}

// Require notes the field as missing under the gate's code, unless present.
func (g *Gates) Require(present bool, code Code, field string) {
	if present {
		return
	}
	if g.first.IsZero() {
		g.first = code
	}
	at := slices.IndexFunc(g.missing, func(e Exception) bool { return e.Code == code.Name() })
	if at < 0 {
		g.missing = append(g.missing, Exception{Code: code.Name()})
		at = len(g.missing) - 1
	}
	g.missing[at].Fields = append(g.missing[at].Fields, field)
}

// Pass gives the exceptions to record, or the refusal: the first gate that
// failed, at its first field, with all its fields in the parameter "fields".
func (g *Gates) Pass() ([]Exception, error) {
	if len(g.missing) == 0 {
		return nil, nil
	}
	if g.Provenance == ApprovedHistory {
		return g.missing, nil
	}
	fields := g.missing[0].Fields
	return nil, g.first.At(fields[0]).With("fields", strings.Join(fields, ","))
}
