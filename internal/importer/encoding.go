package importer

import (
	"bytes"
	"errors"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// The encodings that files come in.
const (
	utf8Name    = "utf-8"
	gb18030Name = "gb18030"
)

var byteOrderMark = []byte("\xef\xbb\xbf")

// errEncoding says that nobody can tell what a file's bytes mean.
var errEncoding = errors.New("it is neither UTF-8 nor GB18030 for certain; say encoding: in the mapping")

// decodeText gives a file's text and the name of its encoding: with the mark it is
// UTF-8 whatever is stated, as rejected rows are written beside any file. Bytes that are none
// in UTF-8 are left as they are, for their rows to be reported.
func decodeText(data []byte, stated string) (text, encoding string, err error) {
	if rest, marked := bytes.CutPrefix(data, byteOrderMark); marked {
		return string(rest), utf8Name, nil
	}
	if stated == "" {
		if stated, err = guessEncoding(data); err != nil {
			return "", "", err
		}
	}
	if stated == gb18030Name {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
		return string(decoded), gb18030Name, err
	}
	return string(data), utf8Name, nil
}

// guessEncoding tells UTF-8 from GB18030. Chinese text in UTF-8 with a few broken
// bytes would decode as GB18030 too, into nonsense; so a file in which more
// characters of several bytes are sound than broken is UTF-8. GB18030 it is only
// where nearly all its characters are the common ones of GB 2312, two high bytes
// each: a letter with an accent in a western encoding is followed by a low one.
func guessEncoding(data []byte) (string, error) {
	sound, broken := 0, 0
	for rest := data; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && size <= 1:
			broken++
		case size > 1:
			sound++
		}
		rest = rest[size:]
	}
	if broken <= sound {
		return utf8Name, nil
	}
	if common, other := countPairs(data); common > 20*other {
		return gb18030Name, nil
	}
	return "", errEncoding
}

// countPairs counts high bytes that are followed by another high one, and those
// that stand alone. A last byte that was cut off is neither.
func countPairs(data []byte) (pairs, alone int) {
	for i := 0; i+1 < len(data); i++ {
		switch {
		case data[i] < 0xa1:
			continue
		case data[i+1] >= 0xa1:
			pairs++
			i++
		default:
			alone++
		}
	}
	return pairs, alone
}
