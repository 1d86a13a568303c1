import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { personaDefinition } from '../../hub/features/personas/definition.ts'
import { definitionLines } from '../../hub/features/personas/definition-lines.ts'
import { changedParts, faultsOf, PERSONA_FIELDS, typedOf } from '../../web/screens/personas/persona-fields.ts'
import { ROOT } from '../source-tree.ts'

const definition = personaDefinition.parse({ name: 'Butler', system_prompt: 'You are a butler.' })
const before = typedOf(definitionLines(definition))
const paths = Object.values(PERSONA_FIELDS).flatMap((fields) => fields.map(({ path }) => path))

describe('the form of a persona', () => {
  it('has a field for everything that a definition has, but for what only one value is possible', () => {
    const settings = definitionLines(definition).map(({ setting }) => setting)
    expect([...paths].sort()).toEqual(settings.filter((one) => one !== 'adaptation_mode').sort())
  })

  it('shows nothing where nothing is said, and changes nothing that nobody typed', () => {
    expect(before).toMatchObject({ name: 'Butler', description: '', tags: '', 'voice_config.voice': '' })
    expect(before).toMatchObject({ 'behavior_config.privacy.audio_days': '', 'behavior_config.barge_in': 'wake_word' })
    expect(changedParts(before, before)).toEqual({})
  })

  it('gives what was typed as the hub takes it: numbers, lists, and nothing', () => {
    const typed = {
      ...before,
      ...{ name: ' Jeeves ', tags: 'calm, , polite', 'voice_config.rate': '1,2', 'voice_config.voice': 'slt' },
      ...{ 'behavior_config.engines.tts': 'piper,flite', 'behavior_config.privacy.audio_days': '0' },
    }
    const parts = changedParts(before, typed)
    expect(parts).toEqual({
      ...{ name: 'Jeeves', tags: ['calm', 'polite'], voice_config: { rate: 1.2, voice: 'slt' } },
      behavior_config: { engines: { tts: ['piper', 'flite'] }, privacy: { audio_days: 0 } },
    })
    expect(changedParts(typed, { ...typed, 'voice_config.voice': '' })).toEqual({ voice_config: { voice: null } })
  })

  it('says what is wrong beside the field that it is about', () => {
    const typed = { ...before, 'voice_config.rate': 'fast', 'behavior_config.actions': 'lists' }
    expect(changedParts(before, typed)).toMatchObject({ voice_config: { rate: 'fast' } })
    expect(
      faultsOf('voice_config.rate: is no number; behavior_config.actions.0: is no command; format: is wrong'),
    ).toEqual(
      new Map([
        ['voice_config.rate', 'is no number'],
        ['behavior_config.actions', 'is no command'],
      ]),
    )
  })

  it('asks for no more than the commands take', () => {
    const commands = JSON.parse(readFileSync(join(ROOT, 'cli/commands.json'), 'utf8')) as {
      area: string
      verb: string
      params: { properties?: object }
    }[]
    const params = (verb: string) =>
      Object.keys(commands.find((one) => one.area === 'personas' && one.verb === verb)?.params.properties ?? {})
    expect(params('edit')).toEqual(expect.arrayContaining(['persona', 'definition', 'discard']))
    expect(params('publish')).toEqual(expect.arrayContaining(['persona', 'bump', 'notes', 'anyway']))
    expect(params('create')).toEqual(expect.arrayContaining(['persona', 'name', 'from', 'prompt']))
  })
})
