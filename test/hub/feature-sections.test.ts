import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readSection, type SettingsSection, settingsSection } from '../../hub/contract/settings-section.ts'
import { featureSections } from '../../hub/feature-sections.ts'

const minutes = settingsSection({
  name: 'weather',
  schema: z.strictObject({
    everyMs: z
      .int()
      .default(5)
      .transform((every) => every * 60_000),
  }),
  keys: {},
})
const read = (own: readonly string[], ...sections: readonly SettingsSection[]) =>
  z.strictObject(featureSections(sections, own)).parse({ weather: { everyMs: 2 } })

describe('the section of a feature', () => {
  it('is parsed once, so what it says may be turned into something else', () => {
    const settings = read([], minutes)
    expect(readSection(minutes, settings)).toEqual({ everyMs: 120_000 })
    expect(readSection(minutes, {})).toEqual({ everyMs: 300_000 })
  })

  it('may not have the name of a key of the hub, nor that of another section', () => {
    expect(() => read(['base', 'weather'], minutes)).toThrow(
      "a feature's section [weather] of hub.toml has a name that the hub or another feature uses already",
    )
    expect(() => read(['base'], minutes, minutes)).toThrow('[weather]')
  })
})
