package commands

import (
	"guishu/domain"
	"guishu/domain/ownership"
	"guishu/domain/staff"
)

// inJurisdiction is the application, if the actor decides for the applicant's
// unit and the line.
func (t *task) inJurisdiction(s slotCase, id domain.ApplicationID) (ownership.Application, error) {
	application, known := s.slot.Find(id)
	if !known {
		return application, domain.ErrQueryNotFoundOrOutOfScope
	}
	if !t.may(func(p staff.Principal) bool {
		return p.May(staff.DecideClaim, s.tree.Path(application.Unit), s.slot.Line)
	}) {
		return application, ownership.ErrOutOfJurisdiction
	}
	return application, nil
}
