import { endSession, endSessions, listWebSessions } from './session-commands.ts'
import { whoAsks } from './who-asks.ts'

export const COMMANDS = [whoAsks, listWebSessions, endSession, endSessions] as const
