import type { Mutation } from './mutation.ts'

const VERSIONS = 'test/hub/features/personas/versions.test.ts'
const FILES = 'test/hub/features/personas/files.test.ts'
const WHO = 'test/hub/features/personas/who-speaks.test.ts'

/** Who speaks, and that what was published stays as it was. */
export const PERSONAS: readonly Mutation[] = [
  {
    without: 'refusing to edit a persona that central manages',
    file: 'hub/features/personas/draft-commands.ts',
    text: `    if (row !== undefined) refuseCentral(db, 'personas', id)
    const draft = draftOf(db, id)
    if (discard)`,
    becomes: `    const draft = draftOf(db, id)
    if (discard)`,
    test: { file: VERSIONS, name: 'is shown with what of it is not understood, and not changed here' },
  },
  {
    without: 'asking before a draft goes over a version that came after it began',
    file: 'hub/features/personas/draft-commands.ts',
    text: 'if (!anyway && was !== draft.based_on)',
    becomes: 'if (false as boolean)',
    test: { file: VERSIONS, name: 'that began with an older version than the one in force' },
  },
  {
    without: 'keeping a path or URL out of what a persona names',
    file: 'hub/features/personas/definition.ts',
    text: '/^[A-Za-z0-9][A-Za-z0-9_.+-]{0,79}$/',
    becomes: '/^./',
    test: { file: VERSIONS, name: 'takes in no' },
  },
  {
    without: 'refusing an adaptation that is not there',
    file: 'hub/features/personas/definition.ts',
    text: "(mode) => mode === 'instruction_only',",
    becomes: '(mode) => mode.length > 0,',
    test: { file: VERSIONS, name: 'takes in no' },
  },
  {
    without: 'refusing a version in a file that is here with another definition',
    file: 'hub/features/personas/file-commands.ts',
    text: 'if (isDeepStrictEqual(own, definition)) return false',
    becomes: 'if (own) return false',
    test: { file: FILES, name: 'changes no version that is here' },
  },
  {
    without: 'bounding a file before it is read',
    file: 'hub/features/personas/persona-file.ts',
    text: 'if (text.length > MOST_CHARACTERS)',
    becomes: 'if (text.length < 0)',
    test: { file: FILES, name: 'leaves the house as it is' },
  },
  {
    without: 'leaving an inactive persona out of who speaks',
    file: 'hub/features/personas/speaking-persona.ts',
    text: 'JOIN personas p ON p.is_active = 1 AND',
    becomes: 'JOIN personas p ON',
    test: { file: WHO, name: 'is nobody who is inactive' },
  },
  {
    without: 'leaving an inactive companion out of who speaks',
    file: 'hub/features/personas/speaking-persona.ts',
    text: 'WHERE p.is_active = 1 AND p.priority < ?',
    becomes: 'WHERE p.priority < ?',
    test: { file: WHO, name: 'is nobody who is inactive' },
  },
  {
    without: 'letting an emergency speak before the persona of a device',
    file: 'hub/features/personas/speaking-persona.ts',
    text: 'ORDER BY p.priority >= ? DESC, p.id',
    becomes: 'ORDER BY p.priority >= ? + 9999 DESC, p.id',
    test: { file: WHO, name: 'is the emergency of its group before its own' },
  },
  {
    without: 'keeping somebody who answers everyday questions',
    file: 'hub/features/personas/state-commands.ts',
    text: 'if (is_active === 1 && others === undefined)',
    becomes: 'if (is_active > 1 && others === undefined)',
    test: { file: WHO, name: 'can be given to nobody while it is inactive, and is not taken from all' },
  },
  {
    without: 'refusing to give an inactive persona to anybody',
    file: 'hub/features/personas/persona-row.ts',
    text: 'if (row?.is_active === 1) return row.id',
    becomes: 'if (row) return row.id',
    test: { file: WHO, name: 'can be given to nobody while it is inactive, and is not taken from all' },
  },
]
