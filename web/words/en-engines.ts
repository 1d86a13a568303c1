/** What the page says of what hears, answers and speaks, in English. */
export const enginesEn = {
  title: 'Engines',
  lead: 'What hears, answers and speaks on this hub, the best first.',
  does: { hear: 'Hearing', answer: 'Answering', speak: 'Speaking' },
  none: 'There is none.',
  state: {
    untried: 'not asked yet',
    ok: 'works',
    failing: 'has failed',
    resting: 'fails, and is left alone for a while',
    not_installed: 'not installed',
  } as Record<string, string>,
  anyLanguage: 'any language',
  counts: (worked: number, failed: number) => `worked: ${worked}, failed: ${failed}`,
  took: (span: string) => `last in ${span}`,
  try: 'Try them',
  tryLead: 'Every voice speaks a sentence, and everything that hears listens to it. It takes some seconds.',
  sentence: 'The sentence; may stay empty',
  speaksTo: (voice: string, ear: string) => `${voice}, heard by ${ear}`,
  speaks: (voice: string) => `${voice} speaks`,
  right: 'every word was right',
  wrong: (percent: string) => `${percent} of the words were wrong`,
}

export type EngineWords = typeof enginesEn
