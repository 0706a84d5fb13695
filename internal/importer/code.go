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
	ErrFileOutside = domain.NewCode("import/file-outside", domain.Invalid, "A-75",
		"文件不在导入目录之内，请放入该目录，或以 --from 指定其他目录",
		"The file lies outside the folder of the import. Put it there, or name another folder with --from.")
	ErrFileTooLarge = domain.NewCode("import/file-too-large", domain.Limit, "A-75",
		"文件或其中一部分过大，请拆分",
		"The file, or a part of it, is larger than an import can take. Split it.")
	ErrReferenceRejected = domain.NewCode("import/reference-rejected", domain.Unprocessable, "A-75",
		"所引用的行本身未能导入：{field}",
		"The row that this one names as {field} was rejected itself. Correct that one first.")
	ErrRowCellLong = domain.NewCode("import/row-cell-long", domain.Invalid, "A-75",
		"{field} 超过一个单元格所能容纳的 {most} 个字符",
		"The cell of {field} holds more than the {most} characters that a spreadsheet's cell can.")
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
		ErrBadFile, ErrBadMapping, ErrFileOutside, ErrFileTooLarge, ErrReferenceRejected, ErrRowCellLong, ErrRowCells,
		ErrRowChanged, ErrRowCutOff, ErrRowDuplicate, ErrRowEncoding, ErrRowQuotes, ErrUnknownReference,
	}
}
