import { createPersona, editPersona, publishPersona } from './draft-commands.ts'
import { exportPersona, importPersona, validatePersona } from './file-commands.ts'
import { diffPersona, listPersonas, showPersona } from './look-commands.ts'
import { activatePersona, deactivatePersona, rollbackPersona } from './state-commands.ts'

export const COMMANDS = [
  listPersonas,
  showPersona,
  createPersona,
  editPersona,
  publishPersona,
  diffPersona,
  rollbackPersona,
  activatePersona,
  deactivatePersona,
  exportPersona,
  importPersona,
  validatePersona,
] as const
