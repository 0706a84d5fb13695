package http

import (
	"strconv"
	"strings"
)

// language is one of the two that people are answered in (C-08).
type language int

const (
	chinese language = iota
	english
)

// tag is the language's name in headers and pages.
func (l language) tag() string {
	if l == english {
		return "en"
	}
	return "zh-CN"
}

// of picks the text in the language.
func (l language) of(zh, en string) string {
	if l == english {
		return en
	}
	return zh
}

// preferred reads an Accept-Language header: English when it is wanted more than
// Chinese, else Chinese.
func preferred(header string) language {
	if header == "" {
		return chinese
	}
	best := map[language]float64{}
	for part := range strings.SplitSeq(header, ",") {
		name, parameters, _ := strings.Cut(strings.TrimSpace(part), ";")
		quality := 1.0
		if q, found := strings.CutPrefix(strings.TrimSpace(parameters), "q="); found {
			if parsed, err := strconv.ParseFloat(q, 64); err == nil {
				quality = parsed
			}
		}
		primary, _, _ := strings.Cut(strings.ToLower(name), "-")
		switch primary {
		case "zh":
			best[chinese] = max(best[chinese], quality)
		case "en":
			best[english] = max(best[english], quality)
		}
	}
	if best[english] > best[chinese] {
		return english
	}
	return chinese
}
