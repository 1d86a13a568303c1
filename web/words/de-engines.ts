import type { EngineWords } from './en-engines.ts'

/** What the page says of what hears, answers and speaks, in German. */
export const enginesDe: EngineWords = {
  title: 'Sprachprogramme',
  lead: 'Was auf diesem Hub versteht, antwortet und spricht, das beste zuerst.',
  does: { hear: 'Verstehen', answer: 'Antworten', speak: 'Sprechen' },
  none: 'Es gibt keines.',
  state: {
    untried: 'noch nicht gefragt',
    ok: 'geht',
    failing: 'hat versagt',
    resting: 'versagt und wird eine Weile nicht gefragt',
    not_installed: 'nicht installiert',
  },
  anyLanguage: 'jede Sprache',
  counts: (worked, failed) => `gelungen: ${worked}, misslungen: ${failed}`,
  took: (span) => `zuletzt in ${span}`,
  try: 'Alle ausprobieren',
  tryLead: 'Jede Stimme spricht einen Satz, und alles, was versteht, hört ihn. Das dauert einige Sekunden.',
  sentence: 'Der Satz; darf leer bleiben',
  speaksTo: (voice, ear) => `${voice}, gehört von ${ear}`,
  speaks: (voice) => `${voice} spricht`,
  right: 'jedes Wort war richtig',
  wrong: (percent) => `${percent} der Worte waren falsch`,
}
