import type { Grammar } from '../matcher.ts'
import { EN_HOUSE } from './house-sentences-en.ts'
import { EN_SPEAKER } from './speaker-sentences-en.ts'
import { EN_ALARMS, EN_TIMERS } from './timer-sentences-en.ts'

const RULES = {
  please:
    '(can|could|would|will) you|can i|could i|may i|i (want|would like|need) you to|id like you to|let us|lets|you (can|may)',
  tell: "what's|what is|what are|what was|tell me|can you tell me|could you tell me|do you know|say|give me|show me|read me|check|i want to know|i would like to know|let me know|let me hear",
  the: 'the|my|our|a|an|this|that|your',
  thing: '[<the>] {thing}',
  in_room: '(in|of|for|inside|at|from) [<the>] {room}',
  room: '[<the>] {room}',
  lights: 'light[s]|lamp[s]|lighting',
  on: 'on',
  some: 'some|[a] (bit|little) [bit] [more] [of]|[much|some] more|enough',
  weekday: 'monday|tuesday|wednesday|thursday|friday|saturday|sunday',
  ordinal:
    'first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|twenty (first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|thirtieth|thirty first',
  month: 'january|february|march|april|may|june|july|august|september|october|november|december',
  timer: 'timer|countdown',
  alarm: 'alarm [clock]|wake up [alarm|call]|wakeup [alarm|call]|reminder',
  alarm_or_more: 'alarm[s]|alarm clock[s]|wake up call[s]|wakeup call[s]|reminder[s]',
  make: 'set|start|make|create|add|begin|put on|run|give me|i need|i want|need|new|lets have',
  cancel:
    'cancel|stop|delete|remove|end|clear|kill|turn off|switch off|abort|forget|drop|get rid of|shut off|scrap|dismiss',
  at: '(at|for|by|to|around)',
  when: '[[on|for] {day}] <at> {clock} | <at> {clock} [[on|for] {day}] | {clock} [[on|for] {day}] | [on|for] {day} [<at>] {clock} | [for] {repeat} [<at>] {clock} | [<at>] {clock} [for] {repeat}',
  on_word: '(turn|switch|put|power|flip|bring)',
}

export const EN_GRAMMAR: Grammar = {
  sentences: { ...EN_SPEAKER, ...EN_TIMERS, ...EN_ALARMS, ...EN_HOUSE },
  rules: RULES,
  fillers: [
    ...[
      'please',
      'hey',
      'hi',
      'hello',
      'now',
      'just',
      'then',
      'lares',
      'ok',
      'okay',
      'uh',
      'um',
      'well',
      'so',
      'kindly',
    ],
    ...['quickly', 'sorry', 'actually', 'really', 'thanks', 'oh', 'ah', 'also', 'maybe', 'right'],
  ],
}
