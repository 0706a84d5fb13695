package domaintest

import (
	"guishu/domain"

	"github.com/google/uuid"
)

// ID gives the same id for the same name, always, so that tests can call things
// by names: domaintest.ID[domain.StaffID]("teller").
func ID[T ~[16]byte](name string) T { return domain.DeriveID[T](uuid.NameSpaceURL, name) }
