import { cutText } from '../../shared/cut-text.ts'

/** More pieces of what was typed make a search no better. */
const MOST_PIECES = 32
const PIECE_LENGTH = 64
/** A trigram index knows nothing shorter. */
const TRIGRAM = 3

/**
 * What a person typed as an expression of FTS5 (https://sqlite.org/fts5.html#full_text_query_syntax): rows that have all the words,
 * each by its beginning. Everything is a word: quotes, `AND`, `*` and `-` mean nothing. `null`: nothing was typed.
 */
export function allWords(typed: string): string | null {
  const pieces = piecesOf(typed)
  return pieces.length === 0 ? null : pieces.map((piece) => `${quoted(piece)}*`).join(' ')
}

/**
 * A condition that one of the terms stands anywhere in one of the columns of a trigram index, in any case, and its values.
 * `null`: no term was given. `found` has one `?` for the expression, and is the condition that the index finds the row.
 */
export function anyTerm(
  typed: string,
  { found, columns }: { found: string; columns: readonly string[] },
): { sql: string; values: string[] } | null {
  const terms = piecesOf(typed)
  if (terms.length === 0) return null
  const long = terms.filter((term) => [...term].length >= TRIGRAM)
  const patterns = terms
    .filter((term) => [...term].length < TRIGRAM)
    .flatMap(spellings)
    .map(pattern)
  const short = patterns.flatMap(() => columns.map((column) => `${column} LIKE ? ESCAPE '\\'`))
  return {
    sql: `(${[...(long.length > 0 ? [found] : []), ...short].join(' OR ')})`,
    values: [
      ...(long.length > 0 ? [long.map(quoted).join(' OR ')] : []),
      ...patterns.flatMap((one) => columns.map(() => one)),
    ],
  }
}

function piecesOf(typed: string): string[] {
  const pieces = typed.normalize('NFC').split(/\s+/u).filter(Boolean)
  return [...new Set(pieces.map((piece) => cutText(piece, PIECE_LENGTH)))].slice(0, MOST_PIECES)
}

function quoted(piece: string): string {
  return `"${piece.replaceAll('"', '""')}"`
}

/** LIKE of SQLite knows capitals of ASCII only. */
function spellings(term: string): string[] {
  const [first = '', ...rest] = [...term]
  return [...new Set([term.toLowerCase(), term.toUpperCase(), first.toUpperCase() + rest.join('').toLowerCase()])]
}

function pattern(term: string): string {
  return `%${term.replace(/[\\%_]/g, '\\$&')}%`
}
