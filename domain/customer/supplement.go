package customer

import (
	"slices"

	"guishu/domain"
	"guishu/domain/identity"
)

// Supplement fills in or corrects fields of a potential customer. Fields that are
// empty stay as they are; those named in Cleared are emptied.
type Supplement struct {
	Fields  Fields
	Cleared []string
}

// Relation is how the one who asks stands to the customer. A formal customer's
// owner and advisors go through a modification like everybody else (B-21).
type Relation struct {
	Owner    bool // owns the customer in some line
	Attached bool // is attached to the customer
	Entrant  bool // registered the customer or was named at entry; nobody owns or is attached to them yet
}

func (r Relation) none() bool { return !r.Owner && !r.Attached && !r.Entrant }

// Supplement saves fields directly while the customer is potential, for who owns
// the customer or is attached to them (B-20). What was required at entry can be
// corrected but not emptied. No events when nothing changes.
func (s *State) Supplement(in Supplement, relation Relation, today domain.Date) ([]any, error) {
	if err := s.present(); err != nil {
		return nil, err
	}
	if s.Formal() {
		return nil, ErrLockedUseModification
	}
	if relation.none() {
		return nil, domain.ErrAuthzDenied
	}
	kept := s.Profile
	for _, name := range in.Cleared {
		if err := s.clearable(name); err != nil {
			return nil, err
		}
		kept.clear(name)
		if name == "identity_type" || name == "identity_number" {
			kept.clear("identity_type")
			kept.clear("identity_number")
		}
	}
	if in.Fields.Source != "" && in.Fields.Source != SourceChannel {
		kept.clear("channel_type")
	}
	if in.Fields.IdentityNumber != "" {
		// The new document says what birthday and gender are, unless typed anew.
		kept.forgetTold()
	}
	after, err := checked(s.Profile.Party, typed(kept).over(in.Fields), today)
	if err != nil {
		return nil, err
	}
	if in.Fields.Source == SourceChannel && after.ChannelType == "" {
		return nil, ErrChannelTypeRequired.At("channel_type")
	}
	event, changed := s.difference(after)
	if !changed {
		return nil, nil
	}
	return []any{event}, nil
}

// clearable is nil for a field that may be emptied.
func (s *State) clearable(name string) error {
	known := name == "identity_type" || slices.ContainsFunc(personalFields, func(f personalField) bool { return f.name == name })
	switch {
	case slices.Contains(s.Profile.requiredAtEntry(), name):
		return ErrRequired.At(name).With("fields", name)
	case !known:
		return domain.ErrFormValue.At("cleared")
	}
	return nil
}

// forgetTold empties birthday and gender where the document told them.
func (p *Profile) forgetTold() {
	document, _ := identity.ParseDocument(p.IdentityType, p.IdentityNumber.Reveal(), domain.Date{})
	if _, told := document.Birthday(); told {
		p.Details.Birthday = domain.Personal{}
	}
	if _, told := document.Gender(); told {
		p.Details.Gender = domain.Personal{}
	}
}

// difference is the event that turns the profile into the one after.
func (s *State) difference(after Profile) (Supplemented, bool) {
	var set Profile
	var cleared []string
	changed := false
	for _, field := range personalFields {
		before, now := *field.of(&s.Profile), *field.of(&after)
		switch {
		case before == now:
			continue
		case now.IsZero():
			cleared = append(cleared, field.name)
		}
		*field.of(&set) = now
		changed = true
	}
	changed = differ("identity_type", s.Profile.IdentityType, after.IdentityType, &set.IdentityType, &cleared) || changed
	changed = differ("source", s.Profile.Source, after.Source, &set.Source, &cleared) || changed
	changed = differ("channel_type", s.Profile.ChannelType, after.ChannelType, &set.ChannelType, &cleared) || changed
	return Supplemented{
		Customer: s.Customer, Name: set.Name, IdentityType: set.IdentityType, IdentityNumber: set.IdentityNumber,
		Phone: set.Phone, Source: set.Source, ChannelType: set.ChannelType, Details: set.Details, Cleared: cleared,
	}, changed
}

func differ[T ~string](name string, before, now T, set *T, cleared *[]string) bool {
	if before == now {
		return false
	}
	if now == "" {
		*cleared = append(*cleared, name)
	}
	*set = now
	return true
}

// present is nil for a customer who is registered and not erased.
func (s *State) present() error {
	switch {
	case !s.Exists():
		return domain.ErrQueryNotFoundOrOutOfScope
	case s.Erased:
		return ErrErased
	}
	return nil
}
