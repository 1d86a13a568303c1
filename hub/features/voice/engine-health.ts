import type { Front } from '../../contract/front-part.ts'
import type { Metric } from '../../contract/metric.ts'
import type { VoiceHealth } from '../../talk/voice-engines.ts'

/** What each does, in words for people. */
const DOES = { hear: 'hears', speak: 'speaks', answer: 'answers' } as const
const STAGES = ['hear', 'speak', 'answer'] as const

/** Says in the hub's health what failed again and again, until it works. */
export function tellEngines(engines: VoiceHealth, health: Front['health']): void {
  const all = engines.health()
  for (const does of STAGES)
    for (const { key, name, isInstalled, health: is } of all[does]) {
      const part = `voice:${does}:${key}`
      if (isInstalled && is.state === 'resting')
        health.raise(part, 'voice_engine_failing', `${name}, which ${DOES[does]}, fails: ${is.error}`)
      else if (is.state !== 'failing') health.clear(part)
    }
}

/** How often each worked and failed. */
export function engineMetrics(engines: VoiceHealth): Metric[] {
  return [
    {
      type: 'counter',
      name: 'lares_voice_engine_asked_total',
      help: 'How often what hears, speaks and answers here was asked, by how that went.',
      labels: ['does', 'engine', 'outcome'],
      read() {
        const all = engines.health()
        return STAGES.flatMap((does) =>
          all[does].flatMap(({ key: engine, health: { worked, failed } }) => [
            { labels: { does, engine, outcome: 'worked' }, value: worked },
            { labels: { does, engine, outcome: 'failed' }, value: failed },
          ]),
        )
      },
    },
  ]
}
