// Package words holds every text of the portal in every language it speaks: one
// catalogue per language, catalogues/<tag>.toml, in the format of go-i18n, which
// translators' tools read. Code names texts by their ids and never holds one itself; a
// test finds ids without a text, texts that nothing names, and catalogues that differ.
//
// A text is a sentence with named parts in braces: "Read from Partner Center at {time}".
// A text with a number has a form for each plural category of its language, chosen by
// the part called n: "{n} item", "{n} items". Whole sentences are translated, never
// pieces: what stands around a word differs from language to language.
//
// Packages that judge and do not draw, such as web/forms, return a Message: an id with
// its parts, which the page that shows it puts into words.
//
// A language is added by its catalogue, its tag in tags, and the names of countries and
// cultures that web/address/gen/names.mjs makes for it; tests say what is missing.
//
// It is not for use outside the portal.
package words
