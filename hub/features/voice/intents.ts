import { answerDate, answerTime } from './answer-clock.ts'
import { answerComeBack, answerContinue } from './answer-handoff.ts'
import { answerRecall, answerRemember } from './answer-notes.ts'
import { answerForget, answerHeard } from './answer-privacy.ts'
import { answerReading, answerStatus } from './answer-reading.ts'
import { answerHelp, answerHome, answerPersona, answerRepeat, answerWho } from './answer-speaker.ts'
import { answerSetLevel, answerSwitchOff, answerSwitchOn } from './answer-switch.ts'
import {
  answerAlarmCancel,
  answerAlarmList,
  answerAlarmSet,
  answerStop,
  answerTimerCancel,
  answerTimerLeft,
  answerTimerSet,
} from './answer-timers.ts'
import { answerLouder, answerMute, answerQuieter, answerUnmute, answerVolume } from './answer-volume.ts'
import type { AnswerIntent } from './asked.ts'

/** Everything that a sentence can mean, and what answers it. Nothing else is ever done by voice. */
export const INTENTS: ReadonlyMap<string, AnswerIntent> = new Map([
  ['time', answerTime],
  ['date', answerDate],
  ['timer_set', answerTimerSet],
  ['timer_left', answerTimerLeft],
  ['timer_cancel', answerTimerCancel],
  ['alarm_set', answerAlarmSet],
  ['alarm_list', answerAlarmList],
  ['alarm_cancel', answerAlarmCancel],
  ['reading', answerReading],
  ['status', answerStatus],
  ['switch_on', answerSwitchOn],
  ['switch_off', answerSwitchOff],
  ['set_level', answerSetLevel],
  ['stop', answerStop],
  ['louder', answerLouder],
  ['quieter', answerQuieter],
  ['volume', answerVolume],
  ['mute', answerMute],
  ['unmute', answerUnmute],
  ['repeat', answerRepeat],
  ['who_are_you', answerWho],
  ['persona', answerPersona],
  ['continue_elsewhere', answerContinue],
  ['come_back', answerComeBack],
  ['heard', answerHeard],
  ['forget', answerForget],
  ['remember', answerRemember],
  ['recall', answerRecall],
  ['who_is_home', answerHome],
  ['help', answerHelp],
])

/** What changes something, and the command that would do the same. The others only tell, or keep a note. */
export const COMMAND_OF: ReadonlyMap<string, string> = new Map([
  ['timer_set', 'timers/add'],
  ['timer_cancel', 'timers/cancel'],
  ['alarm_set', 'timers/add'],
  ['alarm_cancel', 'timers/cancel'],
  ['switch_on', 'entities/set'],
  ['switch_off', 'entities/set'],
  ['set_level', 'entities/set'],
  ['persona', 'devices/configure'],
  ...['louder', 'quieter', 'volume', 'mute', 'unmute'].map((intent) => [intent, 'devices/configure'] as const),
  ['continue_elsewhere', 'sessions/handoff'],
  ['come_back', 'sessions/handoff'],
  ['forget', 'sessions/delete-recording'],
])
