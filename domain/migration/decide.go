package migration

import (
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf8"

	"guishu/domain"
)

// Proposing names what shall be imported.
type Proposing struct {
	Batch      domain.BatchID
	Name       string
	Sources    []Source
	ProposedBy domain.StaffID
}

const (
	longestText = 200
	mostSources = 1000
)

// Propose asks for an import of history, its files named by their content (B-31).
// Errors: ErrState when the batch exists, ErrFormRequired,
// ErrFormValue, ErrFormInvisible.
func (s *State) Propose(in Proposing) ([]any, error) {
	in.Name = strings.TrimSpace(in.Name)
	switch {
	case s.Status != "":
		return nil, stateRefusal(s.Status)
	case in.Batch.IsZero():
		return nil, domain.ErrFormRequired.At("batch")
	case in.ProposedBy.IsZero():
		return nil, domain.ErrFormRequired.At("proposed_by")
	case in.Name == "":
		return nil, domain.ErrFormRequired.At("name")
	case len(in.Sources) == 0:
		return nil, domain.ErrFormRequired.At("sources")
	case len(in.Sources) > mostSources || slices.ContainsFunc(in.Sources, Source.invalid):
		return nil, domain.ErrFormValue.At("sources")
	}
	if err := domain.CheckLine(in.Name, "name", longestText); err != nil {
		return nil, err
	}
	return []any{Proposed{Batch: in.Batch, Name: in.Name, Sources: slices.Clone(in.Sources), ProposedBy: in.ProposedBy}}, nil
}

func (s Source) invalid() bool { return !s.valid() }

// valid says that the source has a name, a SHA-256 and a possible count of rows.
func (s Source) valid() bool {
	sum, err := hex.DecodeString(s.SHA256)
	return s.Name != "" && !tooLong(s.Name) && err == nil && len(sum) == 32 && s.Rows >= 0
}

// Approve lets the batch's times count and facts come under it, by somebody else
// than who proposed it (B-31). Errors: ErrState,
// ErrSelfApproval, ErrFormRequired, ErrFormValue.
func (s *State) Approve(by domain.StaffID, note string) ([]any, error) {
	note = strings.TrimSpace(note)
	switch {
	case s.Status != StatusProposed:
		return nil, stateRefusal(s.Status)
	case by.IsZero():
		return nil, domain.ErrFormRequired.At("approved_by")
	case by == s.ProposedBy:
		return nil, ErrSelfApproval
	case tooLong(note):
		return nil, domain.ErrFormValue.At("note")
	}
	return []any{Approved{Batch: s.Batch, ApprovedBy: by, Note: note}}, nil
}

// Refuse ends the proposal with its reason. Errors: ErrState,
// ErrFormRequired, ErrFormValue.
func (s *State) Refuse(by domain.StaffID, reason string) ([]any, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case s.Status != StatusProposed:
		return nil, stateRefusal(s.Status)
	case by.IsZero():
		return nil, domain.ErrFormRequired.At("refused_by")
	case domain.Wordless(reason):
		return nil, domain.ErrFormRequired.At("reason")
	case tooLong(reason):
		return nil, domain.ErrFormValue.At("reason")
	}
	return []any{Refused{Batch: s.Batch, RefusedBy: by, Reason: reason}}, nil
}

// Close ends an approved batch with the counts of rows: nothing more comes under
// it, and what came keeps its times. Errors: ErrState, ErrFormValue.
func (s *State) Close(imported, rejected int) ([]any, error) {
	switch {
	case s.Status != StatusApproved:
		return nil, stateRefusal(s.Status)
	case imported < 0:
		return nil, domain.ErrFormValue.At("imported")
	case rejected < 0:
		return nil, domain.ErrFormValue.At("rejected")
	}
	return []any{Closed{Batch: s.Batch, Imported: imported, Rejected: rejected}}, nil
}

func tooLong(text string) bool {
	return utf8.RuneCountInString(text) > longestText || !utf8.ValidString(text)
}
