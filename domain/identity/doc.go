// Package identity reads, compares and masks what tells one person or firm from
// another: identity documents, phones, names with their pinyin, and bank accounts.
package identity
