package auth

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/trustelem/zxcvbn/frequency"
	"golang.org/x/text/unicode/norm"
)

// shortest and longest are how many characters a password may have; longestBytes is
// how many bytes, because hashing takes all of them.
const (
	shortest     = 12
	longest      = 256
	longestBytes = 1024
)

// fewest is how many characters of a password must be news: neither the one before
// again, nor its neighbour in the alphabet or on the keyboard.
const fewest = 6

// CheckPassword refuses a password that is easily guessed (S-08): shorter than 12
// characters, one with the sign-in name in it, one of blanks or of characters that
// only repeat or follow each other, and one that everybody tries first, whatever
// figures it begins or ends with. It asks for no particular kinds of characters.
// Errors: ErrPasswordWeak, ErrPasswordLong, ErrPasswordLogin, ErrPasswordPattern,
// ErrPasswordCommon.
func CheckPassword(password, login string) error {
	seen := folded(password)
	switch {
	case !utf8.ValidString(password), utf8.RuneCountInString(seen) < shortest:
		return ErrPasswordWeak.At("password").With("min", strconv.Itoa(shortest))
	case utf8.RuneCountInString(password) > longest, len(password) > longestBytes:
		return ErrPasswordLong.At("password").With("max", strconv.Itoa(longest))
	case containsLogin(seen, login):
		return ErrPasswordLogin.At("password")
	case monotonous(seen):
		return ErrPasswordPattern.At("password")
	case common(seen):
		return ErrPasswordCommon.At("password")
	}
	return nil
}

// folded is a password as it is judged: letters small, other forms of the same
// character alike (NFKC), without what nobody sees.
func folded(password string) string {
	visible := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
			return -1
		}
		return r
	}, norm.NFKC.String(password))
	return norm.NFKC.String(strings.ToLower(visible))
}

// bare is a text's letters and figures.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}

// shortestLogin is how many characters a sign-in name has at least to be looked for in
// a password: one of two letters is in many words.
const shortestLogin = 3

// containsLogin says whether the sign-in name, or its part before an @, stands in the
// password, whatever separates its letters there.
func containsLogin(seen, login string) bool {
	login = folded(login)
	local, _, _ := strings.Cut(login, "@")
	return slices.ContainsFunc([]string{login, local}, func(name string) bool {
		name = bare(name)
		return utf8.RuneCountInString(name) >= shortestLogin && strings.Contains(bare(seen), name)
	})
}

// keyboard are rows of keys, and the ways that fingers go across them.
var keyboard = []string{
	"`1234567890-=", "qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./", "~!@#$%^&*()_+",
	"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "1q2w3e4r5t6y7u8i9o0p", "1a2b3c4d5e6f7g8h9i0j",
}

// monotonous says that a password has too little news: beside blanks, only
// characters that repeat, alone or in groups, or follow each other.
func monotonous(seen string) bool {
	group := repeated([]rune(strings.Join(strings.Fields(seen), "")))
	news := 0
	for i, r := range group {
		if i == 0 || !follows(group[i-1], r) {
			news++
		}
	}
	return news < fewest
}

// repeated is the shortest group whose repetition, the last one perhaps cut off, is
// the text.
func repeated(text []rune) []rune {
	for size := 1; size <= len(text)/2; size++ {
		if slices.Equal(text[size:], text[:len(text)-size]) {
			return text[:size]
		}
	}
	return text
}

// follows says that a character is the one before again, or its neighbour.
func follows(before, r rune) bool {
	if step := r - before; step >= -1 && step <= 1 {
		return true
	}
	pair, back := string([]rune{before, r}), string([]rune{r, before})
	return slices.ContainsFunc(keyboard, func(row string) bool {
		return strings.Contains(row, pair) || strings.Contains(row, back)
	})
}

// ours are words that are tried first here, beside those that are tried first
// everywhere.
var ours = []string{
	"guishu", "youchu", "youzheng", "yinhang", "zhihang", "fenhang", "zhiju", "caifu", "licai", "zhaoshang", "gongshang", "nongye", "jianshe",
	"woaini", "woaiwojia", "nihao", "mima", "wodemima", "zhongguo", "beijing", "shanghai", "huanying", "gongxifacai",
	"iloveyou", "administrator", "changeme", "letmein", "password", "passwort", "qwerty", "welcome", "default", "newpassword", "temppassword",
	"密码", "我的密码", "我爱你", "中国", "邮储", "银行", "归属", "管理员", "系统管理员", "恭喜发财",
}

// spelled are letters that figures and signs stand for.
var spelled = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i", "+", "t")

// common says whether a password is one of those that are tried first: as it is,
// repeated, or with figures and signs around it or for its letters.
func common(seen string) bool {
	figure := func(r rune) bool { return !unicode.IsLetter(r) }
	seen = strings.TrimSpace(seen)
	for _, text := range []string{
		seen, strings.TrimFunc(seen, figure), strings.TrimFunc(spelled.Replace(seen), figure),
		spelled.Replace(strings.TrimRightFunc(seen, figure)), spelled.Replace(strings.TrimFunc(seen, figure)),
	} {
		if listed(text) || listed(bare(text)) {
			return true
		}
	}
	return false
}

// shortestWord is how many bytes a word has at least to be looked for in the lists.
const shortestWord = 4

// listed says whether a text, or what it repeats, is in a list of common passwords,
// words or names.
func listed(text string) bool {
	once := string(repeated([]rune(text)))
	return slices.ContainsFunc([]string{text, once}, func(word string) bool {
		if len(word) < shortestWord {
			return false
		}
		for _, list := range frequency.FrequencyLists {
			if slices.Contains(list, word) {
				return true
			}
		}
		return slices.Contains(ours, word)
	})
}
