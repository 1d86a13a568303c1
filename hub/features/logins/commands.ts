import { endSession, endSessions, listWebSessions } from './session-commands.ts'
import { setupLink } from './setup-command.ts'
import { whoAsks } from './who-asks.ts'

export const COMMANDS = [whoAsks, listWebSessions, endSession, endSessions, setupLink] as const
