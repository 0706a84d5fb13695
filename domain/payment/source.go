package payment

import (
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf8"

	"guishu/domain"
	"guishu/domain/identity"
)

func (s Source) trimmed() Source {
	s.HeadBank, s.Branch, s.SubBranch = strings.TrimSpace(s.HeadBank), strings.TrimSpace(s.Branch), strings.TrimSpace(s.SubBranch)
	return s
}

func (s Source) check() error {
	for _, text := range []struct{ field, value string }{
		{"head_bank", s.HeadBank}, {"branch", s.Branch}, {"sub_branch", s.SubBranch},
	} {
		if utf8.RuneCountInString(text.value) > longestText || !utf8.ValidString(text.value) {
			return domain.ErrFormValue.At(text.field)
		}
	}
	return nil
}

// or fills what s leaves empty from other.
func (s Source) or(other Source) Source {
	if s.HeadBank == "" {
		s.HeadBank = other.HeadBank
	}
	if s.Branch == "" {
		s.Branch = other.Branch
	}
	if s.SubBranch == "" {
		s.SubBranch = other.SubBranch
	}
	if s.Account.Reveal() == "" {
		s.Account = other.Account
	}
	return s
}

// checkAccount is the account's number in its one form; an empty one, or one that
// was erased, stays as it is.
func checkAccount(account domain.Personal) (domain.Personal, error) {
	if account.Reveal() == "" {
		return account, nil
	}
	parsed, err := identity.ParseBankAccount(account.Reveal())
	if err != nil {
		refusal, _ := domain.AsError(err)
		return domain.Personal{}, refusal.At("account")
	}
	return domain.NewPersonal(parsed.Number()), nil
}

// checkIdentity is the document's number in its one form. Without a type or a
// number there is nothing to check.
func checkIdentity(kind identity.DocumentType, number domain.Personal) (domain.Personal, error) {
	if kind == "" || number.Reveal() == "" {
		return number, nil
	}
	document, err := identity.ParseDocument(kind, number.Reveal(), domain.Date{})
	if err != nil {
		refusal, _ := domain.AsError(err)
		return domain.Personal{}, refusal.At("identity_number")
	}
	return domain.NewPersonal(document.Number()), nil
}

// distinctPapers is the papers in lower case without repetition; each is named by
// the SHA-256 of its content (B-12).
func distinctPapers(papers []string) ([]string, error) {
	if len(papers) > mostPapers {
		return nil, domain.ErrFormValue.At("papers")
	}
	var distinct []string
	for _, paper := range papers {
		paper = strings.ToLower(paper)
		if _, err := hex.DecodeString(paper); err != nil || len(paper) != sha256Digits {
			return nil, domain.ErrFormValue.At("papers")
		}
		if !slices.Contains(distinct, paper) {
			distinct = append(distinct, paper)
		}
	}
	return distinct, nil
}
