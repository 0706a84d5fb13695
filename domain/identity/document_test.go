package identity_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"guishu/domain"
	"guishu/domain/domaintest"
	"guishu/domain/identity"
)

// today is a fixed day for tests.
func today(t testing.TB) domain.Date { return domaintest.Day(t, "2026-11-22") }

func TestResidentIDs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed, number, birthday string
		gender                  identity.Gender
	}{
		{"11010519491231002X", "11010519491231002X", "1949-12-31", identity.Female},
		{"11010519491231002x", "11010519491231002X", "1949-12-31", identity.Female},
		{" 110105 19491231 002X ", "11010519491231002X", "1949-12-31", identity.Female},
		{"\uff11\uff11\uff10\uff11\uff10\uff15\uff11\uff19\uff14\uff19\uff11\uff12\uff13\uff11\uff10\uff10\uff12\uff38", "11010519491231002X", "1949-12-31", identity.Female},
		{"440524188001010014", "440524188001010014", "1880-01-01", identity.Male},
		{"130503670401001", "130503196704010016", "1967-04-01", identity.Male}, // 15 characters
		{"130503196704010016", "130503196704010016", "1967-04-01", identity.Male},
	} {
		id, err := identity.ParseResidentID(c.typed, domain.Date{})
		if err != nil || id.Number() != c.number || id.Birthday().String() != c.birthday || id.Gender() != c.gender {
			t.Errorf("%q: %s %s %s %v, want %+v", c.typed, id.Number(), id.Birthday(), id.Gender(), err, c)
		}
	}
}

func TestResidentIDsThatAreRefused(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]error{
		"":                             identity.ErrIDFormat,
		"1101051949123100":             identity.ErrIDFormat,
		"11010519491231002":            identity.ErrIDFormat,
		"1101051949123100XX":           identity.ErrIDFormat,
		"11010519491231002Y":           identity.ErrIDFormat,
		"110105194912310021":           identity.ErrIDChecksum,
		"110105194912310020":           identity.ErrIDChecksum,
		withCheck("11010519490229002"): identity.ErrIDDate, // 1949 had no 29 February
		withCheck("11010519491331002"): identity.ErrIDDate,
		withCheck("99010519491231002"): identity.ErrIDRegion,
		withCheck("10010519491231002"): identity.ErrIDRegion,
		withCheck("11010520261123002"): identity.ErrIDAge, // tomorrow
		withCheck("11010518751122002"): identity.ErrIDAge, // 151 today
	} {
		if id, err := identity.ParseResidentID(typed, today(t)); !errors.Is(err, want) || !id.IsZero() {
			t.Errorf("%q: %v %v, want %v", typed, id, err, want)
		}
	}
	for _, typed := range []string{withCheck("11010520261122002"), withCheck("11010518761122002"), withCheck("81000019900101001")} {
		if _, err := identity.ParseResidentID(typed, today(t)); err != nil {
			t.Errorf("%q: %v", typed, err)
		}
	}
}

// withCheck ends 17 digits with their check digit, reckoned apart from the code
// under test: the sum of digit × 2^(18−i) must leave 1 when divided by 11.
func withCheck(digits string) string {
	for _, last := range "0123456789X" {
		value := strings.IndexRune("0123456789X", last)
		sum := value
		for i, digit := range digits {
			sum += int(digit-'0') * (1 << (17 - i))
		}
		if sum%11 == 1 {
			return digits + string(last)
		}
	}
	panic("no check digit for " + digits)
}

// One mistyped digit never gives another valid number: every digit of 2,000
// numbers is replaced by each of the nine others, 306,000 errors in the first 17
// places.
func TestNoSingleDigitErrorPassesTheResidentCheck(t *testing.T) {
	t.Parallel()
	tried := 0
	for n := range 2000 {
		birthday := domaintest.Day(t, "1950-01-01").AddDays(n * 11)
		digits := fmt.Sprintf("%s%04d%02d%02d%03d", []string{"110105", "320102", "440524", "650103"}[n%4],
			birthday.Year(), birthday.Month(), birthday.Day(), n*7%1000)
		valid := []byte(withCheck(digits))
		if _, err := identity.ParseResidentID(string(valid), domain.Date{}); err != nil {
			t.Fatalf("%s: %v", valid, err)
		}
		for place := range 17 {
			right := valid[place]
			for wrong := byte('0'); wrong <= '9'; wrong++ {
				if wrong == right {
					continue
				}
				valid[place] = wrong
				if _, err := identity.ParseResidentID(string(valid), domain.Date{}); err == nil {
					t.Fatalf("%s passes with place %d changed from %c", valid, place, right)
				}
				tried++
			}
			valid[place] = right
		}
	}
	if tried != 306_000 {
		t.Errorf("tried %d errors", tried)
	}
}

func TestCreditCodes(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"91350100M000100Y43":    "91350100M000100Y43",
		"91350100m000100y43":    "91350100M000100Y43",
		"9135 0100 M000 100Y43": "91350100M000100Y43",
		"911100000000000250":    "911100000000000250", // the weighted sum is a multiple of 31
	} {
		code, err := identity.ParseUSCC(typed)
		if err != nil || code.Code() != want {
			t.Errorf("%q: %s %v", typed, code, err)
		}
	}
	for typed, want := range map[string]error{
		"":                                     identity.ErrIDFormat,
		"91350100M000100Y4":                    identity.ErrIDFormat,
		"91350100M000100I43":                   identity.ErrIDFormat, // no I in the alphabet
		"9135010AM000100Y43":                   identity.ErrIDFormat,
		"91350100M000100Y44":                   identity.ErrUSCCChecksum,
		"91350100M000100Y34":                   identity.ErrUSCCChecksum,
		"\u7edf\u4e00\u793e\u4f1a\u4fe1\u7528": identity.ErrIDFormat,
	} {
		if code, err := identity.ParseUSCC(typed); !errors.Is(err, want) || !code.IsZero() {
			t.Errorf("%q: %v %v, want %v", typed, code, err, want)
		}
	}
}

func TestNoSingleCharacterErrorPassesTheCreditCodeCheck(t *testing.T) {
	t.Parallel()
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	for _, valid := range []string{"91350100M000100Y43", "911100000000000250"} {
		for place := range valid {
			for _, wrong := range alphabet {
				if byte(wrong) == valid[place] {
					continue
				}
				typed := valid[:place] + string(wrong) + valid[place+1:]
				if _, err := identity.ParseUSCC(typed); err == nil {
					t.Errorf("%s passes for %s", typed, valid)
				}
			}
		}
	}
}

func TestIdentityDocumentsCompareByTheirCanonicalForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind             identity.DocumentType
		typed, canonical string
		masked           string
	}{
		{identity.ResidentCard, "130503670401001", "RESIDENT_ID:130503196704010016", "130***********0016"},
		{identity.ResidentCard, "11010519491231002x", "RESIDENT_ID:11010519491231002X", "110***********002X"},
		{identity.Passport, "e 1234 5678", "PASSPORT:E12345678", "E******78"},
		{identity.HongKongMacauPass, "h1234567802", "HK_MACAU_PASS:H12345678", "H******78"},
		{identity.HongKongMacauPass, "H12345678", "HK_MACAU_PASS:H12345678", "H******78"},
		{identity.TaiwanPass, "12345678", "TAIWAN_PASS:12345678", "1*****78"},
		{identity.TaiwanPass, "1234567890(B)", "TAIWAN_PASS:1234567890B", "1********0B"},
		{identity.MilitaryCard, "\u519b\u5b57\u7b2c1234567\u53f7", "MILITARY_ID:\u519b1234567", "\u519b*****67"},
		{identity.ForeignPermanentResident, withCheck("91184019880523123"), "FOREIGN_PERMANENT_RESIDENT:" + withCheck("91184019880523123"), "911***********" + withCheck("91184019880523123")[14:]},
		{identity.ForeignPermanentResident, "USA110080010101", "FOREIGN_PERMANENT_RESIDENT:USA110080010101", "USA********0101"},
		{identity.SocialCreditCode, "91350100m000100y43", "USCC:91350100M000100Y43", "91350100M000100Y43"},
	} {
		document, err := identity.ParseDocument(c.kind, c.typed, today(t))
		if err != nil || document.Canonical() != c.canonical || document.Masked() != c.masked {
			t.Errorf("%s %q: %q %q %v", c.kind, c.typed, document.Canonical(), document.Masked(), err)
		}
		again, err := identity.ParseDocument(c.kind, document.Number(), today(t))
		if err != nil || again != document {
			t.Errorf("%s %q: reading its own number gives %v, %v", c.kind, c.typed, again.Number(), err)
		}
		for _, printed := range []string{fmt.Sprint(document), fmt.Sprintf("%+v %#v %q", document, document, document)} {
			if c.kind != identity.SocialCreditCode && strings.Contains(printed, document.Number()) {
				t.Errorf("%s prints in clear: %s", c.kind, printed)
			}
		}
	}
}

func TestIdentityDocumentsThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind  identity.DocumentType
		typed string
		want  error
	}{
		{"LIBRARY_CARD", "1", identity.ErrIDType},
		{identity.ResidentCard, withCheck("91184019880523123"), identity.ErrIDRegion},
		{identity.ForeignPermanentResident, "11010519491231002X", identity.ErrIDRegion},
		{identity.ForeignPermanentResident, "9118401988052312", identity.ErrIDFormat},
		{identity.Passport, "ABC", identity.ErrIDFormat},
		{identity.Passport, "ABCDEFG", identity.ErrIDFormat},
		{identity.HongKongMacauPass, "X12345678", identity.ErrIDFormat},
		{identity.TaiwanPass, "123", identity.ErrIDFormat},
		{identity.MilitaryCard, "1", identity.ErrIDFormat},
		{identity.SocialCreditCode, "91350100M000100Y44", identity.ErrUSCCChecksum},
	} {
		_, err := identity.ParseDocument(c.kind, c.typed, today(t))
		if !errors.Is(err, c.want) {
			t.Errorf("%s %q: %v, want %v", c.kind, c.typed, err, c.want)
		}
	}
}

func TestBirthdayAndGenderComeFromTheNumber(t *testing.T) {
	t.Parallel()
	document, err := identity.ParseDocument(identity.ResidentCard, "11010519491231002X", today(t))
	if err != nil {
		t.Fatal(err)
	}
	birthday, known := document.Birthday()
	if gender, has := document.Gender(); !known || !has || birthday != domaintest.Day(t, "1949-12-31") || gender != identity.Female {
		t.Errorf("%s %v %s %v", birthday, known, gender, has)
	}
	passport, err := identity.ParseDocument(identity.Passport, "E12345678", today(t))
	if err != nil {
		t.Fatal(err)
	}
	if birthday, known := passport.Birthday(); known {
		t.Errorf("a passport number tells the birthday %s", birthday)
	}
}

func TestBankAccounts(t *testing.T) {
	t.Parallel()
	card := luhnCard("621700123456789012")
	account, err := identity.ParseBankAccount(card[:4] + " " + card[4:8] + "-" + card[8:])
	if err != nil || !account.IsCard() || account.Number() != card || account.Masked() != "****"+card[len(card)-4:] {
		t.Errorf("card: %v %v", account, err)
	}
	wrong := card[:18] + strconv.Itoa((int(card[18]-'0')+1)%10)
	for _, parse := range []func(string) (identity.BankAccount, error){identity.ParseBankAccount, identity.ParseBankCard} {
		if _, err := parse(wrong); !errors.Is(err, identity.ErrCardChecksum) {
			t.Errorf("a card with a wrong check digit: %v", err)
		}
	}
	passbook, err := identity.ParseBankAccount("6032 1234 5678 9012 345")
	if err != nil || passbook.IsCard() {
		t.Errorf("a passbook has no check digit: %v %v", passbook, err)
	}
	for _, typed := range []string{"", "1234567", "12345678A", "00000000", strings.Repeat("1", 33)} {
		if _, err := identity.ParseBankAccount(typed); !errors.Is(err, identity.ErrAccountFormat) {
			t.Errorf("%q: %v", typed, err)
		}
	}
	for _, typed := range []string{"123456789012345", strings.Repeat("1", 20), "62170012345678901a"} {
		if _, err := identity.ParseBankCard(typed); !errors.Is(err, identity.ErrAccountFormat) {
			t.Errorf("card %q: %v", typed, err)
		}
	}
	if printed := fmt.Sprintf("%v %+v %#v %s", account, account, account, account); strings.Contains(printed, card) {
		t.Errorf("prints in clear: %s", printed)
	}
}

// luhnCard ends digits with their Luhn digit, reckoned from the left apart from
// the code under test.
func luhnCard(digits string) string {
	sum := 0
	for i, digit := range digits {
		value := int(digit - '0')
		if (len(digits)-i)%2 == 1 {
			value = value*2/10 + value*2%10
		}
		sum += value
	}
	return digits + strconv.Itoa((10-sum%10)%10)
}
