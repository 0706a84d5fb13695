package identity_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"guishu/domain"
	"guishu/domain/identity"
)

func TestPhonesInTheirUsualForms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed, e164, masked string
		kind                identity.PhoneKind
	}{
		{"13800138000", "+8613800138000", "138****8000", identity.MobilePhone},
		{"138 0013 8000", "+8613800138000", "138****8000", identity.MobilePhone},
		{"138-0013-8000", "+8613800138000", "138****8000", identity.MobilePhone},
		{"+86 138 0013 8000", "+8613800138000", "138****8000", identity.MobilePhone},
		{"+86-13800138000", "+8613800138000", "138****8000", identity.MobilePhone},
		{"008613800138000", "+8613800138000", "138****8000", identity.MobilePhone},
		{"8613800138000", "+8613800138000", "138****8000", identity.MobilePhone},
		{"013800138000", "+8613800138000", "138****8000", identity.MobilePhone},
		{"\uff0b\uff18\uff16\uff11\uff13\uff18\uff10\uff10\uff11\uff13\uff18\uff10\uff10\uff10", "+8613800138000", "138****8000", identity.MobilePhone},
		{"025-84567890", "+862584567890", "025-****7890", identity.Landline},
		{"(025) 8456 7890", "+862584567890", "025-****7890", identity.Landline},
		{"\uff08025\uff0984567890", "+862584567890", "025-****7890", identity.Landline},
		{"+86 25 84567890", "+862584567890", "025-****7890", identity.Landline},
		{"+86 (0)25 84567890", "+862584567890", "025-****7890", identity.Landline},
		{"0755-23456789", "+8675523456789", "0755-****6789", identity.Landline},
		{"0310-2345678", "+863102345678", "0310-****5678", identity.Landline},
		{"400-123-4567", "+864001234567", "4001234567", identity.ServicePhone},
		{"8001234567", "+868001234567", "8001234567", identity.ServicePhone},
		{"+852 9123 4567", "+85291234567", "+****567", identity.ForeignPhone},
		{"0085291234567", "+85291234567", "+****567", identity.ForeignPhone},
	} {
		phone, err := identity.ParsePhone(c.typed)
		if err != nil || phone.E164() != c.e164 || phone.Masked() != c.masked || phone.Kind() != c.kind || phone.Raw() != c.typed {
			t.Errorf("%q: %q %q %v raw %q, %v", c.typed, phone.E164(), phone.Masked(), phone.Kind(), phone.Raw(), err)
		}
		if printed := fmt.Sprintf("%v %+v %#v", phone, phone, phone); c.kind != identity.ServicePhone && strings.Contains(printed, c.e164[3:]) {
			t.Errorf("prints in clear: %s", printed)
		}
	}
}

func TestPhonesThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{
		"", " ", "-", "+", "phone", "1380013800", "138001380000", "12800138000", "23800138000",
		"1064812345678", "1440012345678", // of machines, not of people
		"84567890", "8456789", // no area code
		"025-14567890", "025-4567890", "026-84567890", "0320-2345678", "02584567890123",
		"95580", "110", "+86", "+", "+0123456789", "++8613800138000", "13800138000-12", "1380013\u20008000a",
		"138\u00b200138000",
	} {
		if phone, err := identity.ParsePhone(typed); !errors.Is(err, identity.ErrPhoneFormat) || !phone.IsZero() {
			t.Errorf("%q: %q %v", typed, phone.E164(), err)
		}
	}
}

func TestALandlineMayHaveAnExtension(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{"025-84567890-801", "025-84567890\u8f6c801", "02584567890 ext. 801", "02584567890#801", "02584567890\u5206\u673a801"} {
		phone, err := identity.ParsePhone(typed)
		if err != nil || phone.E164() != "+862584567890" || phone.Extension() != "801" {
			t.Errorf("%q: %q %q %v", typed, phone.E164(), phone.Extension(), err)
		}
		if kept, err := identity.ParsePhone(phone.Text()); err != nil || !kept.Same(phone) || kept.Masked() != phone.Masked() {
			t.Errorf("%q is kept as %q, which reads %q %q, %v", typed, phone.Text(), kept.E164(), kept.Extension(), err)
		}
	}
}

func TestALocalNumberTakesTheOutletsArea(t *testing.T) {
	t.Parallel()
	for _, area := range []string{"025", "25"} {
		phone, err := identity.ParsePhoneIn("8456 7890", area)
		if err != nil || phone.E164() != "+862584567890" {
			t.Errorf("in %s: %q %v", area, phone.E164(), err)
		}
	}
	for _, c := range []struct{ local, area string }{{"84567890", "026"}, {"8456789", "025"}, {"14567890", "025"}, {"3456789", "2"}} {
		if phone, err := identity.ParsePhoneIn(c.local, c.area); !errors.Is(err, identity.ErrPhoneFormat) {
			t.Errorf("%s in %s: %q %v", c.local, c.area, phone.E164(), err)
		}
	}
	if phone, err := identity.ParsePhoneIn("13800138000", "025"); err != nil || phone.Kind() != identity.MobilePhone {
		t.Errorf("a mobile number in an area: %v %v", phone, err)
	}
	if !identity.ValidAreaCode("025") || identity.ValidAreaCode("026") || identity.ValidAreaCode("") {
		t.Error("ValidAreaCode")
	}
}

func TestTheSameNumberTypedTwiceIsOneNumber(t *testing.T) {
	t.Parallel()
	one, err := identity.ParsePhone("+86 138-0013-8000")
	if err != nil {
		t.Fatal(err)
	}
	other, err := identity.ParsePhone("13800138000")
	if err != nil {
		t.Fatal(err)
	}
	if !one.Same(other) || one == other {
		t.Error("the same number compares by E.164 and keeps how it was typed")
	}
}

// What a parser has made of a text it reads again as the same.
func FuzzPhone(f *testing.F) {
	for _, seed := range []string{"13800138000", "+86 025-84567890 ext 12", "400-123-4567", "0085291234567", "\uff11\uff13\uff18", "\xff1"} {
		f.Add(seed, "025")
	}
	f.Fuzz(func(t *testing.T, typed, area string) {
		phone, err := identity.ParsePhoneIn(typed, area)
		if err != nil {
			if !phone.IsZero() {
				t.Fatalf("an error and a number: %q", phone.E164())
			}
			return
		}
		for _, form := range []string{phone.E164(), phone.National()} {
			again, err := identity.ParsePhone(form)
			if err != nil || again.E164() != phone.E164() || again.Kind() != phone.Kind() {
				t.Fatalf("%q gives %q, which gives %q, %v", typed, form, again.E164(), err)
			}
		}
		if kept, err := identity.ParsePhone(phone.Text()); err != nil || !kept.Same(phone) {
			t.Fatalf("%q is kept as %q, which gives %q %q, %v", typed, phone.Text(), kept.E164(), kept.Extension(), err)
		}
		if phone.Masked() == "" {
			t.Fatalf("%q has no mask", typed)
		}
	})
}

func FuzzIdentityDocument(f *testing.F) {
	for i, seed := range []string{"11010519491231002X", "E12345678", "H1234567802", "1234567890(B)", "\u519b\u5b57\u7b2c1234567\u53f7", "USA110080010101", "91350100M000100Y43", "130503670401001", "\xff"} {
		f.Add(i, seed)
	}
	f.Fuzz(func(t *testing.T, which int, typed string) {
		kinds := identity.DocumentTypes.Values()
		kind := kinds[int(uint(which)%uint(len(kinds)))]
		document, err := identity.ParseDocument(kind, typed, domain.Date{})
		if err != nil {
			return
		}
		again, err := identity.ParseDocument(kind, document.Number(), domain.Date{})
		if err != nil || again != document {
			t.Fatalf("%s %q gives %q, which gives %q, %v", kind, typed, document.Number(), again.Number(), err)
		}
		if kind != identity.SocialCreditCode && document.Masked() == document.Number() {
			t.Fatalf("%s %q is not masked", kind, document.Number())
		}
	})
}
