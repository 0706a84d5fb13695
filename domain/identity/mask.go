package identity

import (
	"strings"
	"unicode"
)

// The masks of C-04 and JR/T 0171: what a reader sees who may not see the full
// value. They take any text, also one that would not parse, and never show more
// than they say.

// hidden stands for what is not shown, where its length says nothing.
const hidden = "****"

// MaskPhone shows 138****8000 of a mobile number, and what Phone.Masked says of
// others; of a text that is no phone number, nothing.
func MaskPhone(text string) string {
	if text == "" {
		return ""
	}
	phone, err := ParsePhone(text)
	if err != nil {
		return hidden
	}
	return phone.Masked()
}

// MaskDocument hides all but the first three and last four characters of a
// document number of 15 or more, as in 320***********1234, and all but the first
// and the last two of a shorter one. Below six characters it shows nothing.
func MaskDocument(number string) string {
	characters := []rune(number)
	switch {
	case len(characters) == 0:
		return ""
	case len(characters) < 6:
		return hidden
	case len(characters) < 15:
		return hideBetween(characters, 1, 2)
	}
	return hideBetween(characters, 3, 4)
}

// MaskAccount shows the last four digits of an account of eight or more, as in
// ****1234; of a shorter one nothing.
func MaskAccount(number string) string {
	characters := []rune(number)
	switch {
	case len(characters) == 0:
		return ""
	case len(characters) < 8:
		return hidden
	}
	return hidden + string(characters[len(characters)-4:])
}

// MaskName shows a person's surname, as in 张* or 欧阳*, and only the first
// character of a name whose surname is not known.
func MaskName(text string) string {
	name, err := ParseName(text)
	if err != nil {
		if text == "" {
			return ""
		}
		return "*"
	}
	surname, given := name.Split()
	switch {
	case surname != "" && given != "":
		return surname + "*"
	case len([]rune(name.text)) == 1:
		return "*"
	}
	first := []rune(name.text)[:1]
	return string(first) + "*"
}

// MaskAddress shows an address down to its district or county, as in
// 江苏省南京市玄武区****; without one, down to the city or province; otherwise
// nothing.
func MaskAddress(text string) string {
	if text == "" {
		return ""
	}
	characters := []rune(strings.TrimSpace(text))
	shown, start := 0, 0
	for i, r := range characters {
		if i-start > longestDivision || endsDivisions(r) {
			break
		}
		level := divisionLevel(characters, start, i)
		if level == noDivision {
			continue
		}
		shown, start = i+1, i+1
		if level == district {
			break
		}
	}
	return string(characters[:shown]) + hidden
}

// longestDivision is the most characters the name of a division has before its
// last one, such as 克孜勒苏柯尔克孜自治州.
const longestDivision = 11

type division int

const (
	noDivision division = iota
	aboveDistrict
	district
)

// divisionLevel says whether the name from start to i ends an administrative
// division, and whether of the district level.
func divisionLevel(characters []rune, start, i int) division {
	if i == start {
		return noDivision
	}
	previous := characters[i-1]
	switch characters[i] {
	case '省', '州', '盟':
		if characters[i] == '州' && previous != '治' {
			return noDivision // 杭州, 广州 … are names, 自治州 is a division
		}
		return aboveDistrict
	case '市':
		if start > 0 && cityBefore(characters[:start]) {
			return district // a city below a city is of the county's level
		}
		return aboveDistrict
	case '区':
		if previous == '治' || previous == '地' || previous == '政' {
			return aboveDistrict // 自治区, 地区, 特别行政区
		}
		if previous == '小' || previous == '园' || previous == '社' {
			return noDivision // 小区, 园区, 社区 are finer than a district
		}
		return district
	case '县', '旗':
		return district
	}
	return noDivision
}

// cityBefore says whether the divisions already passed end with one of a city's
// level.
func cityBefore(passed []rune) bool {
	last := passed[len(passed)-1]
	return last == '市' || last == '州' || last == '盟' ||
		last == '区' && len(passed) > 1 && passed[len(passed)-2] == '地'
}

// endsDivisions says that a character belongs to a street or a house, behind
// which no division is looked for.
func endsDivisions(r rune) bool {
	return unicode.IsDigit(r) || strings.ContainsRune("路街道巷弄号村镇乡楼栋室", r)
}

// hideBetween keeps characters at both ends and hides each one between.
func hideBetween(characters []rune, first, last int) string {
	between := len(characters) - first - last
	return string(characters[:first]) + strings.Repeat("*", between) + string(characters[len(characters)-last:])
}
