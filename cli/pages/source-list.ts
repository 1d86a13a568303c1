import { type MakePage, present } from './page.ts'

/** `lares makers sources`: how each source is, then what is wrong in whole sentences: a table would cut off what there is to do. */
export const sourceListPage: MakePage = (answer, schema) => {
  const sources = answer.list('sources')
  const wrong = troubles(sources)
  return {
    head: { lines: [] },
    data: present({
      sources: sources.map(({ reason: _, ...source }) => source),
      'what is wrong': wrong.length === 0 ? null : wrong,
    }),
    schema,
  }
}

/** What several sources have, as those of one broker, is told once. */
function troubles(sources: readonly Record<string, unknown>[]): string[] {
  const troubled = sources.filter(({ reason }) => typeof reason === 'string')
  return [...Map.groupBy(troubled, ({ reason }) => reason)].map(
    // A remedy stands on a line of its own.
    ([reason, of]) => `${of.map(({ source }) => source).join(', ')}: ${String(reason).replaceAll(/\s*\n\s*/g, '. ')}`,
  )
}
