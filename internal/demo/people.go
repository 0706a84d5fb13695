package demo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
)

const (
	bankCustomers   = 200
	wealthCustomers = 100
	customers       = bankCustomers + wealthCustomers
)

// invented says on every customer that there is no such person.
const invented = "演示用虚构客户,并无其人 / invented for the demo"

// surnames are common ones and those that programs read wrong.
var surnames = strings.Fields(`
	曾 单 尉迟 仇 查 解 区 朴 覃 翟 盖 乐 任 华 缪 冼 万俟 欧阳 令狐 诸葛 种 员 盛 那
	王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于
	董 萧 程 曹 袁 邓 许 傅 沈 彭 吕 苏 卢 蒋 蔡 贾 丁 魏 薛 叶 阎 余 潘 杜 戴 夏 钟 汪
`)

var givenNames = strings.Fields(`
	安然 秀兰 志强 晓峰 雨桐 建国 若水 子墨 欣怡 浩然 桂英 明远 诗韵 嘉树 文博 静姝 海波 玉梅
	梓涵 承志 思远 丽华 振宇 念慈 春生 凤霞 书瑶 国梁 晨曦 慧敏 立新 婉清 昊天 素芬 景明 芷若
	德顺 乐天 清扬 佩玲 守正 依云 大勇 美琪 一帆 月娥
`)

// minorities are names written with a middle dot, as identity cards write them.
var minorities = []string{
	"古丽努尔·阿不都拉", "买买提江·吐尔逊", "帕提古丽·玉素甫", "叶尔兰·哈依拉提", "迪丽娜尔·艾合买提", "艾尼瓦尔·司马义",
	"热依汗·克里木", "巴合提·努尔兰",
}

// wellKnown are the names of nobody that everybody uses.
var wellKnown = []string{"张三", "李四", "王五", "赵六", "孙敏", "孙明"}

var firms = strings.Fields(`
	临江云帆贸易 青石茶业 柳河机械制造 望海水产 东屿船务 南屏竹艺 海风软件 江月酒店 石桥建材 渔火餐饮 晴川物流 白鹭环保
	山岚药业 星垂电子 平野农业 大江纺织 春潮文化 晚舟设计 远帆教育 青禾种业 松涛家具 听雨茶舍 归雁旅行 拾光影业
	北斗仪器 南浦印务 东篱花卉 西岭牧业 新荷食品 旧雨咨询 长亭汽修 短笛乐器 疏影照明 暗香香料 清泉水务 明月珠宝
	轻舟快递 寒梅服装 秋水眼镜 春山陶瓷
`)

// regions are the provinces' own codes followed by zeros: the form is right, and
// no county has them, so the numbers are nobody's.
var regions = strings.Fields("110000 310000 320000 330000 350000 370000 440000 510000 530000 650000")

// character is a customer who exists nowhere, the same for the same number.
type character struct {
	number int
	party  domain.Party
	fields commands.CustomerFields
	no     string // the core bank's number
}

// person invents the person of that number.
func inventPerson(number int, street string) character {
	r := rand.New(rand.NewPCG(2013, uint64(number)))
	birthday := 19450101 + r.IntN(55)*10000 + r.IntN(12)*100 + r.IntN(28)
	serial := number%500*2 + r.IntN(2)
	gender := identity.Female
	if serial%2 == 1 {
		gender = identity.Male
	}
	fields := commands.CustomerFields{
		Name: personName(number), IdentityType: identity.ResidentCard,
		IdentityNumber: residentNumber(fmt.Sprintf("%s%d%03d", regions[number%len(regions)], birthday, serial)),
		Phone:          mobile(number), Source: sources[r.IntN(len(sources))], Gender: gender,
		Address: fmt.Sprintf("%s%d号%d栋%d室", street, 1+r.IntN(180), 1+r.IntN(20), 101+100*r.IntN(18)+r.IntN(4)),
		// 629999 is no bank's; the last digit is the card's check.
		BankAccount: card(fmt.Sprintf("629999%09d", 100_000_000+number*7919)),
		Employer:    employers[r.IntN(len(employers))], Occupation: occupations[r.IntN(len(occupations))], Remark: invented,
	}
	if fields.Source == customer.SourceChannel {
		fields.ChannelType = customer.ChannelTypes.Values()[r.IntN(len(customer.ChannelTypes.Values()))]
	}
	return character{number, domain.Person, fields, fmt.Sprintf("95%09d", number*37+1001)}
}

// inventFirm invents the organisation of that number.
func inventFirm(number int, street string) character {
	r := rand.New(rand.NewPCG(2013, uint64(number)))
	fields := commands.CustomerFields{
		Name: firms[number%len(firms)] + "有限公司", IdentityType: identity.SocialCreditCode,
		IdentityNumber: creditCode(fmt.Sprintf("91999999DEM%06d", number)), Phone: mobile(number), Source: customer.SourceOwn,
		Address: fmt.Sprintf("%s%d号", street, 1+r.IntN(180)), Industry: industries[r.IntN(len(industries))],
		BankAccount:         fmt.Sprintf("9999%012d", number*104729),
		LegalRepresentative: personName(number + 11), ContactPerson: personName(number + 23), Remark: invented,
	}
	return character{number, domain.Organisation, fields, fmt.Sprintf("96%09d", number*37+1001)}
}

var (
	sources     = []customer.Source{customer.SourceOwn, customer.SourceOwn, customer.SourceReferral, customer.SourceAssigned, customer.SourceEvent, customer.SourceOnline, customer.SourceChannel}
	employers   = strings.Fields("临江市第一小学 望海港务局 柳河区人民医院 青石县文化馆 个体经营 云州大学 南屏县林场 退休 东屿渔业合作社")
	occupations = strings.Fields("教师 工程师 医生 个体户 公务员 会计 渔民 退休 设计师 农民 护士 司机")
	industries  = strings.Fields("批发零售 制造业 农林牧渔 信息技术 住宿餐饮 建筑业 文化教育 交通运输")
)

func personName(number int) string {
	switch {
	case number%37 == 5:
		return minorities[number/37%len(minorities)]
	case number%50 == 7:
		return wellKnown[number/50%len(wellKnown)]
	}
	return surnames[number%len(surnames)] + givenNames[number/3%len(givenNames)]
}

// mobile is a number of the range 154, which no operator has.
func mobile(number int) string { return fmt.Sprintf("154%08d", 10_000_000+number*8191) }

// residentNumber adds the check digit of ISO 7064 MOD 11-2.
func residentNumber(digits string) string {
	sum, weight := 0, 2
	for i := len(digits) - 1; i >= 0; i-- {
		sum += int(digits[i]-'0') * weight
		weight = weight * 2 % 11
	}
	return digits + string("10X98765432"[sum%11])
}

// creditCode adds the check character of GB 32100.
func creditCode(code string) string {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	sum, weight := 0, 1
	for i := range len(code) {
		sum += strings.IndexByte(alphabet, code[i]) * weight
		weight = weight * 3 % 31
	}
	return code + string(alphabet[(31-sum%31)%31])
}

// card adds the Luhn digit.
func card(digits string) string {
	sum := 0
	for i := range len(digits) {
		value := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			if value *= 2; value > 9 {
				value -= 9
			}
		}
		sum += value
	}
	return digits + string(rune('0'+(10-sum%10)%10))
}

// paper is the SHA-256 of an invented paper.
func paper(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:])
}
