package identity_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"guishu/domain"
	"guishu/domain/identity"
)

func name(t testing.TB, text string) identity.Name {
	t.Helper()
	parsed, err := identity.ParseName(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return parsed
}

func TestNamesAreTheSameHoweverTyped(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"张三":                 "张三",
		" 张 三 ":              "张三",
		"张\u3000三":           "张三",
		"张\u200b三\ufeff":     "张三",
		"葛\U000e0100三\ufe0f": "葛三",     // variation selectors
		"\ufa0c":             "\u5140", // a compatibility ideograph
		"阿凡提.买买提":            "阿凡提·买买提",
		"阿凡提\u2022买买提":       "阿凡提·买买提",
		"阿凡提\u30fb买买提":       "阿凡提·买买提",
		"阿凡提\uff65买买提":       "阿凡提·买买提",
		"阿凡提 · 买买提":          "阿凡提·买买提",
		"John   Smith":       "John Smith",
		"J. Smith":           "J. Smith",
		"\uff2a\uff4f\uff45": "Joe",
		"绿叶\uff08南京\uff09公司": "绿叶(南京)公司",
		"𠮷田":                 "𠮷田",
	} {
		if got := name(t, typed); got.Text() != want {
			t.Errorf("%q reads %q, want %q", typed, got.Text(), want)
		}
	}
	if name(t, "孙敏").Same(name(t, "孙明")) {
		t.Error("孙敏 is not 孙明 (B-38)")
	}
}

func TestNamesThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{"", " ", "···", "123", "张\x00三", "张\n三", "\xff\xfe", "张\ufffd", "张*", "张\uff0a", strings.Repeat("张", 101)} {
		if got, err := identity.ParseName(typed); !errors.Is(err, identity.ErrName) || !got.IsZero() {
			t.Errorf("%q: %v %v", typed, got, err)
		}
	}
}

func TestSurnamesAndMasks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, surname, given, masked string }{
		{"张三", "张", "三", "张*"},
		{"张三丰", "张", "三丰", "张*"},
		{"欧阳锋", "欧阳", "锋", "欧阳*"},
		{"欧阳", "欧", "阳", "欧*"},
		{"尉迟恭", "尉迟", "恭", "尉迟*"},
		{"爱新觉罗志竹", "爱新觉罗", "志竹", "爱新觉罗*"},
		{"张", "", "张", "*"},
		{"阿凡提·买买提", "", "阿凡提·买买提", "阿*"},
		{"John Smith", "", "John Smith", "J*"},
	} {
		parsed := name(t, c.name)
		surname, given := parsed.Split()
		if surname != c.surname || given != c.given || parsed.Masked() != c.masked {
			t.Errorf("%s: %q %q %q, want %+v", c.name, surname, given, parsed.Masked(), c)
		}
		if printed := fmt.Sprintf("%v %+v %#v", parsed, parsed, parsed); strings.Contains(printed, c.name) {
			t.Errorf("prints in clear: %s", printed)
		}
	}
}

func TestPinyinAsItIsShownAndFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		party   domain.Party
		display string
		found   []string
	}{
		{"胡志竹", domain.Person, "HU ZHIZHU", []string{"huzhizhu", "hzz"}},
		{"曾国", domain.Person, "ZENG GUO", []string{"zengguo", "cengguo", "zg", "cg"}},
		{"尉迟恭", domain.Person, "YUCHI GONG", []string{"yuchigong", "weichigong", "ycg"}},
		{"吕律", domain.Person, "LYU LYU", []string{"lvlv", "lulu", "lyulyu", "ll"}},
		{"Zhang三", domain.Person, "ZHANG SAN", []string{"zhangsan", "zs"}},
		{"王Lily", domain.Person, "WANG LILY", []string{"wanglily", "wl"}},
		{"阿凡提·买买提", domain.Person, "AFANTI·MAIMAITI", []string{"afantimaimaiti", "aftmmt"}},
		{"𠮷田", domain.Person, "𠮷 TIAN", []string{"𠮷tian", "𠮷t"}},
		{"José Núñez", domain.Person, "JOSÉ NÚÑEZ", []string{"josenunez", "jn"}},
		{"张", domain.Person, "ZHANG", []string{"zhang", "z"}},
		{"王重庆", domain.Person, "WANG CHONGQING", []string{"wangchongqing", "wcq"}},
		{"重庆长安银行", domain.Organisation, "CHONG QING CHANG AN YIN HANG", []string{"chongqingchanganyinhang", "cqcayh"}},
		{"曾经贸易", domain.Organisation, "CENG JING MAO YI", []string{"cengjingmaoyi"}}, // no surname in a firm's name
		{"王\u0301明", domain.Person, "WANGMING", []string{"wangming", "wm"}},          // a mark that nothing carries
		{"阿\u0308·\u0301买", domain.Person, "A·MAI", []string{"amai", "am"}},
	} {
		pinyin := identity.PinyinOf(name(t, c.name), c.party)
		if pinyin.Display() != c.display {
			t.Errorf("%s is shown %q, want %q", c.name, pinyin.Display(), c.display)
		}
		for _, key := range c.found {
			if !slices.Contains(pinyin.SearchKeys(), key) {
				t.Errorf("%s is not found by %q: %v", c.name, key, pinyin.SearchKeys())
			}
		}
	}
	if empty := identity.PinyinOf(identity.Name{}, domain.Person); empty.Display() != "" || len(empty.SearchKeys()) != 0 {
		t.Errorf("no name has pinyin %+v", empty)
	}
}

func TestPinyinQueriesMeetTheKeys(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"Hu Zhizhu": "huzhizhu", "HÚ ZHÌZHÚ": "huzhizhu", "lü": "lv", "lǚ": "lv", "LU:": "lv", "xi'an": "xian",
		" ou-yang ": "ouyang", "\uff28\uff35": "hu", "阿凡提·买": "阿凡提买", "": "", "%_": "",
	} {
		if got := identity.PinyinQuery(typed); got != want {
			t.Errorf("PinyinQuery(%q) = %q, want %q", typed, got, want)
		}
	}
}

// The file holds invented names with every usual surname and the readings that
// npm pinyin-pro 3.29.4 gives with its surname mode.
func TestSurnamesAreReadAsPinyinProReadsThem(t *testing.T) {
	t.Parallel()
	file, err := os.Open("testdata/pinyin_surnames.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines, read := 0, bufio.NewScanner(file)
	for read.Scan() {
		text, want, _ := strings.Cut(read.Text(), "\t")
		if got := identity.PinyinOf(name(t, text), domain.Person).Sort(); got != want {
			t.Errorf("%s reads %q, want %q", text, got, want)
		}
		lines++
	}
	if err := read.Err(); err != nil || lines < 400 {
		t.Errorf("%d lines, %v", lines, err)
	}
	// Surnames that pinyin-pro reads as ordinary words.
	for text, want := range map[string]string{
		"单于雪": "chan yu xue", "冼明": "xian ming", "贠明": "yun ming", "种明": "chong ming", "重明": "chong ming",
		"秘明": "bi ming", "祭明": "zhai ming", "翟盖": "zhai gai", "那英": "na ying", "华英": "hua ying", "任英": "ren ying",
	} {
		if got := identity.PinyinOf(name(t, text), domain.Person).Sort(); got != want {
			t.Errorf("%s reads %q, want %q", text, got, want)
		}
	}
}

func TestMasks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mask        func(string) string
		clear, want string
	}{
		{identity.MaskPhone, "13800138000", "138****8000"},
		{identity.MaskPhone, "no phone", "****"},
		{identity.MaskPhone, "", ""},
		{identity.MaskDocument, "320102199001011234", "320***********1234"},
		{identity.MaskDocument, "E12345678", "E******78"},
		{identity.MaskDocument, "12345", "****"},
		{identity.MaskDocument, "", ""},
		{identity.MaskAccount, "6217001234567890123", "****0123"},
		{identity.MaskAccount, "1234567", "****"},
		{identity.MaskName, "欧阳锋", "欧阳*"},
		{identity.MaskName, "123", "*"},
		{identity.MaskName, "", ""},
		{identity.MaskAddress, "江苏省南京市玄武区中山路1号", "江苏省南京市玄武区****"},
		{identity.MaskAddress, "北京市海淀区中关村大街", "北京市海淀区****"},
		{identity.MaskAddress, "内蒙古自治区锡林郭勒盟锡林浩特市某街", "内蒙古自治区锡林郭勒盟锡林浩特市****"},
		{identity.MaskAddress, "浙江省杭州市西湖区", "浙江省杭州市西湖区****"},
		{identity.MaskAddress, "南京市中山路和平小区5号", "南京市****"},
		{identity.MaskAddress, "香港特别行政区中西区", "香港特别行政区中西区****"},
		{identity.MaskAddress, "某处", "****"},
		{identity.MaskAddress, "", ""},
	} {
		if got := c.mask(c.clear); got != c.want {
			t.Errorf("%q is masked %q, want %q", c.clear, got, c.want)
		}
	}
}

func FuzzName(f *testing.F) {
	for _, seed := range []string{"张三", "阿凡提.买买提", "Zhang三", " . ", "é\u0301·", "\xff", "吕\u0308", "葛\U000e0100", "王\u0301 \u0301"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		parsed, err := identity.ParseName(typed)
		if err != nil {
			return
		}
		again, err := identity.ParseName(parsed.Text())
		if err != nil || again != parsed {
			t.Fatalf("%q gives %q, which gives %q, %v", typed, parsed.Text(), again.Text(), err)
		}
		for _, party := range domain.Parties.Values() {
			pinyin := identity.PinyinOf(parsed, party)
			keys := pinyin.SearchKeys()
			if pinyin.Display() == "" || len(keys) == 0 || !utf8.ValidString(pinyin.Display()) {
				t.Fatalf("%q has pinyin %+v", parsed.Text(), pinyin)
			}
			for i, key := range append(keys, pinyin.Display(), pinyin.Sort()) {
				// No table can hold a NUL: the read model would stop at the name for ever.
				if key == "" || strings.ContainsRune(key, 0) || i < len(keys) && slices.Index(keys, key) != i {
					t.Fatalf("%q has the key %q among %q", parsed.Text(), key, keys)
				}
			}
		}
		if masked := parsed.Masked(); masked == parsed.Text() {
			t.Fatalf("%q is not masked", parsed.Text())
		}
	})
}
