import { rows, TABLES } from './house-with-central.ts'

/** Where words stand at central, but in the note that they were erased. */
export async function mentionsThere(admin: string, words: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const name of [...TABLES.map((table) => table.name), 'sync_quarantine'])
    for (const { text } of await rows<{ text: string }>(
      admin,
      `SELECT j AS text FROM (SELECT to_jsonb(t)::text AS j FROM lares.${name} t) texts ` +
        'WHERE EXISTS (SELECT 1 FROM unnest($1::text[]) word WHERE position(word IN j) > 0)',
      [words],
    ))
      found.push(...words.filter((word) => text.includes(word)).map((word) => `${name}: ${word} in ${text}`))
  return found
}
