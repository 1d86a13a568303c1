import type { HandoffFault } from '../sessions/handoff.ts'

/** A value and the unit in which it is measured. */
export interface SpokenValue {
  name: string
  value: number
  unit: string
  /** How long ago it was measured. */
  ageMs: number
}

export interface SpokenTimer {
  name: string | null
  leftMs: number
  durationMs: number | null
}

/** When an alarm rings, as the clock on the wall of the house shows it. */
export interface SpokenAlarm {
  name: string | null
  /** Days from today. */
  daysAhead: number
  /** 0 is Sunday. */
  weekday: number
  hour: number
  minute: number
  /** Weekdays on which it comes again, 0 is Sunday; `null`: once. */
  repeats: readonly number[] | null
}

/** What is said, in one language. Every answer is a sentence that sounds natural when it is spoken. */
export interface AnswerWords {
  notUnderstood(heard: string): string
  notForHere(): string
  failed(why: string): string
  time(hour: number, minute: number): string
  date(at: { weekday: number; day: number; month: number; year: number; daysAhead: number }): string
  timerSet(timer: SpokenTimer): string
  timersLeft(timers: readonly SpokenTimer[]): string
  noTimer(name: string | null): string
  timersCancelled(count: number): string
  /** Said behind what was set: the speaker on which it is to ring is silent. */
  ringsUnheard(): string
  whichTimer(timers: readonly SpokenTimer[]): string
  alarmSet(alarm: SpokenAlarm, isClockKnown: boolean): string
  alarms(alarms: readonly SpokenAlarm[]): string
  noAlarm(): string
  alarmsCancelled(count: number): string
  /** One that comes again is left out once; it rings next then. */
  alarmSkipped(next: SpokenAlarm): string
  whichAlarm(alarms: readonly SpokenAlarm[]): string
  values(values: readonly SpokenValue[]): string
  noValue(of: string): string
  state(name: string, state: string): string
  unknownState(name: string): string
  switched(names: readonly string[], on: boolean): string
  opened(names: readonly string[], open: boolean): string
  level(names: readonly string[], value: number, unit: string): string
  away(names: readonly string[]): string
  notByVoice(name: string): string
  whichThing(names: readonly string[]): string
  noThing(of: string): string
  noLight(room: string | null): string
  stopped(count: number): string
  nothingRings(): string
  /** Who was spoken to has no speaker that this hub can make louder. */
  noVolume(): string
  /** In percent. */
  volumeNow(volume: number, before: number): string
  /** It was to be softer than somebody for emergencies may be. */
  volumeKept(least: number): string
  nothingSaid(): string
  whoAmI(name: string, description: string | null): string
  personaNow(name: string): string
  noSpeaker(): string
  /** There is no conversation that could go on elsewhere. */
  noTalk(): string
  /** It is on its way to another speaker this moment. */
  talkOnItsWay(): string
  talkThere(place: string): string
  noSpeakerIn(place: string): string
  whichSpeaker(names: readonly string[]): string
  cannotGoOn(name: string, fault: HandoffFault): string
  goesOn(name: string): string
  nothingToTakeBack(): string
  tooLateToTakeBack(): string
  heardLast(said: string): string
  /** There is a sound, and no words of it. */
  heardNoWords(): string
  heardNothing(): string
  forgotten(): string
  remembered(): string
  tooManyNotes(): string
  notes(notes: readonly string[]): string
  noNotes(): string
  home(names: readonly string[]): string
  nobodyHome(): string
  isHome(name: string, home: boolean): string
  help(): string
}
