package domain_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"guishu/domain"
)

const sampleID = "0192d3a0-7c1e-7def-8abc-0123456789ab"

func TestAnIDReadsBackFromItsText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := domain.CustomerID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "bytes"))
		text, err := id.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		if !id.IsZero() && string(text) != uuid.UUID(id).String() {
			t.Fatalf("%s differs from the canonical %s", text, uuid.UUID(id))
		}
		var read domain.CustomerID
		if err := read.UnmarshalText(text); err != nil || read != id {
			t.Fatalf("read back %s, %v", read, err)
		}
	})
}

func TestIDsOfOtherFormsAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "x", strings.ReplaceAll(sampleID, "-", ""), sampleID + "0", "{" + sampleID + "}",
		strings.Replace(sampleID, "0", "g", 1), strings.Replace(sampleID, "-", "0", 1), "urn:uuid:" + sampleID,
		uuid.Nil.String(),
	} {
		if id, err := domain.ParseCustomerID(text); !errors.Is(err, domain.ErrRequestIDFormat) || !id.IsZero() {
			t.Errorf("ParseCustomerID(%q) = %s, %v", text, id, err)
		}
	}
	id, err := domain.ParseStaffID(strings.ToUpper(sampleID))
	if err != nil || id.String() != sampleID {
		t.Errorf("upper case: %s, %v", id, err)
	}
}

func TestIDsStandInJSONAsStringsAndKeys(t *testing.T) {
	t.Parallel()
	type event struct {
		Customer domain.CustomerID
		Nobody   domain.StaffID
		On       domain.Date
		Never    domain.Date
		Amount   domain.Fen
		Line     domain.BusinessLine
		Place    domain.Path
		Count    map[domain.UnitID]int
	}
	unit, _ := domain.ParseUnitID(sampleID)
	customer, _ := domain.ParseCustomerID(sampleID)
	day, _ := domain.ParseDate("20260228")
	in := event{
		Customer: customer, On: day, Amount: 123456, Line: domain.Agency,
		Place: domain.RootPath(unit), Count: map[domain.UnitID]int{unit: 3},
	}
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"Customer":"` + sampleID + `","Nobody":"","On":"2026-02-28","Never":"","Amount":123456,` +
		`"Line":"AGENCY","Place":"/` + sampleID + `/","Count":{"` + sampleID + `":3}}`
	if string(data) != want {
		t.Errorf("got  %s\nwant %s", data, want)
	}
	var out event
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	if out.Customer != in.Customer || out.Nobody != in.Nobody || out.On != in.On || out.Never != in.Never ||
		out.Amount != in.Amount || out.Line != in.Line || out.Place != in.Place || out.Count[unit] != 3 {
		t.Errorf("read back %+v", out)
	}
	if err := json.Unmarshal([]byte(`{"Customer":"someone"}`), &out); !errors.Is(err, domain.ErrRequestIDFormat) {
		t.Errorf("a bad id in JSON gives %v", err)
	}
}

func TestADerivedIDIsTheSameForTheSameName(t *testing.T) {
	t.Parallel()
	space := uuid.MustParse(sampleID)
	first := domain.DeriveID[domain.ProductID](space, "GTX Basic")
	if first != domain.DeriveID[domain.ProductID](space, "GTX Basic") || first.IsZero() {
		t.Error("the same name gives another id")
	}
	if first == domain.DeriveID[domain.ProductID](space, "GTX Pro") {
		t.Error("another name gives the same id")
	}
}

func BenchmarkDecodeEventVocabulary(b *testing.B) {
	type event struct {
		Customer domain.CustomerID
		Advisor  domain.StaffID
		On       domain.Date
		Amount   domain.Fen
		Line     domain.BusinessLine
	}
	data := []byte(`{"Customer":"` + sampleID + `","Advisor":"` + sampleID + `","On":"2026-02-28","Amount":123456,"Line":"AGENCY"}`)
	b.ReportAllocs()
	for b.Loop() {
		var out event
		if err := json.Unmarshal(data, &out); err != nil {
			b.Fatal(err)
		}
	}
}
