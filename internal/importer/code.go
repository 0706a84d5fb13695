package importer

import "guishu/domain"

// What imports refuse.
var (
	ErrBadFile = domain.NewCode("import/bad-file", domain.Invalid, "A-75",
		"文件无法读取，请使用 CSV 或 XLSX",
		"The file cannot be read. Use CSV (UTF-8 or GB18030) or XLSX.")
	ErrBadMapping = domain.NewCode("import/bad-mapping", domain.Invalid, "A-75",
		"映射文件不正确",
		"The mapping file is wrong. Correct the entry named.")
	ErrReferenceRejected = domain.NewCode("import/reference-rejected", domain.Unprocessable, "A-75",
		"所引用的行本身未能导入：{field}",
		"The row that this one names as {field} was rejected itself. Correct that one first.")
	ErrRowCells = domain.NewCode("import/row-cells", domain.Invalid, "A-75",
		"该行应有 {want} 列，实有 {found} 列",
		"This row has {found} cells where the first line has {want}. Look for a missing or extra separator.")
	ErrRowChanged = domain.NewCode("import/row-changed", domain.Conflict, "A-75",
		"该行已导入，但内容与当时不同；账本未作修改",
		"This row came in before with other content. Nothing was changed; correct the ledger by its own commands.")
	ErrRowCutOff = domain.NewCode("import/row-cut-off", domain.Invalid, "A-75",
		"最后一行没有换行符，文件可能不完整",
		"The last line has no line end, so the file may be cut off. Send the whole file, or say last_line: whole.")
	ErrRowDuplicate = domain.NewCode("import/row-duplicate", domain.Conflict, "A-75",
		"与第 {line} 行的主键相同",
		"Line {line} has the same key. Keep one of the two.")
	ErrRowEncoding = domain.NewCode("import/row-encoding", domain.Invalid, "A-75",
		"该行含有无法解码的字符",
		"This row holds bytes that are no text in the file's encoding.")
	ErrRowQuotes = domain.NewCode("import/row-quotes", domain.Invalid, "A-75",
		"该行的引号不成对或位置不对",
		"A quotation mark in this row stands alone or in the wrong place.")
	ErrUnknownReference = domain.NewCode("import/unknown-reference", domain.Unprocessable, "A-75",
		"引用的对象不存在：{field}",
		"This row names a {field} that is not known. Import that one first.")
)

// Codes is every code of this package.
func Codes() []domain.Code {
	return []domain.Code{
		ErrBadFile, ErrBadMapping, ErrReferenceRejected, ErrRowCells, ErrRowChanged, ErrRowCutOff, ErrRowDuplicate,
		ErrRowEncoding, ErrRowQuotes, ErrUnknownReference,
	}
}
