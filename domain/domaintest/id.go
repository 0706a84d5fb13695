package domaintest

import (
	"testing"

	"guishu/domain"

	"github.com/google/uuid"
)

// ID gives the same id for the same name, always, so that tests can call things
// by names: domaintest.ID[domain.StaffID]("teller").
func ID[T ~[16]byte](name string) T { return domain.DeriveID[T](uuid.NameSpaceURL, name) }

// Day is the day written as 2026-01-31.
func Day(t testing.TB, text string) domain.Date {
	t.Helper()
	day, err := domain.ParseDate(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return day
}

// Sample is the id of something in a golden file, the same for the same name.
func Sample[T ~[16]byte](name string) T {
	return T(uuid.NewSHA1(uuid.NameSpaceOID, []byte("guishu sample "+name)))
}
