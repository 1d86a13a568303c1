import { join } from 'node:path'
import type { Ballast } from '../../shared/ballast.ts'
import type { HubHealth } from '../../shared/messages/hub-health.ts'
import { type Topics, topicsBelow } from '../../shared/topics.ts'
import { Reader } from '../admin/reader.ts'
import type { SoundTaker } from '../contract/sound-taker.ts'
import { centralHealth, syncSettings } from '../core/central.ts'
import { centralSetting } from '../core/central-setting.ts'
import { HouseStore } from '../core/house-store.ts'
import { KeyCare, type KeyCareParts } from '../core/key-care.ts'
import type { HubFiles } from '../engine/job-run.ts'
import { DECLARED_PROBLEMS } from '../features/declared-problems.ts'
import { FollowerRunner } from '../front/follower-runner.ts'
import { JobRunner } from '../front/job-runner.ts'
import { ClockSync } from '../health/clock-sync.ts'
import { DiskWatch } from '../health/disk-watch.ts'
import { Health } from '../health/hub-health.ts'
import { LoopLag } from '../health/loop-lag.ts'
import type { HubOptions } from '../hub-options.ts'
import { KeyFolder } from '../secrets/key-folder.ts'
import { Keyring } from '../secrets/keyring.ts'
import { StoredSecrets } from '../secrets/stored-secrets.ts'
import { storeFile, usualKeyFolder } from '../store/places.ts'
import { SyncThread } from '../sync/sync-thread.ts'
import { TurnRecorder } from '../voice/turn-recorder.ts'
import { VoiceIntake } from '../voice/voice-intake.ts'
import { FailedLogins } from '../web/failed-logins.ts'
import { LoginLimits } from '../web/login-limits.ts'
import { TicketBook } from '../web/ticket-book.ts'

/** What a hub found before it was put together. */
export interface StartState {
  ballast: Ballast
  /** The disk was full at start. */
  full: boolean
}

/** The parts that know nothing of MQTT: the house's store, its sound, its way to central, how it is. */
export interface Base {
  options: HubOptions
  topics: Topics
  health: Health
  report: () => HubHealth
  clockSync: ClockSync
  lag: LoopLag
  store: HouseStore
  reader: Reader
  recorder: TurnRecorder
  /** Who else takes the sound of a turn that begins. */
  soundTakers: ((device: string, turn: string) => SoundTaker[])[]
  voice: VoiceIntake
  sync: SyncThread
  jobs: JobRunner
  keyFolder: KeyFolder
  keyring: Keyring
  keyCare: KeyCare
  secrets: StoredSecrets
  followers: FollowerRunner
  disk: DiskWatch
  tickets: TicketBook
  /** How often anybody may try a password, and what is noted of those that were wrong. */
  tries: { limits: LoginLimits; failed: FailedLogins }
}

export function composeBase(options: HubOptions, before: StartState): Base {
  const { folder, config, clock, log } = options
  const health = new Health(DECLARED_PROBLEMS)
  const clockSync = new ClockSync(clock, health)
  const central = centralSetting(config, folder)
  if (central.fault !== null) health.raise('central', 'bad_central', central.fault)
  const sealed = composeSecrets(options, { health, backUp: () => store.backups.run() })
  const store = new HouseStore({
    ...options,
    keys: sealed.keyFolder.path,
    ...before,
    base: config.base,
    // Rows that a central is to get wait for it, also while nobody can tell where it is.
    central: central.url !== null || central.fault !== null,
    settings: config.features,
    clockSync,
    health,
  })
  const soundTakers: Base['soundTakers'] = []
  const recorder: TurnRecorder = new TurnRecorder({
    folder: join(folder, 'clips'),
    clock,
    log: log.part('voice'),
    closed: (turn) => voice.closed(turn),
    takers: (device, turn) => soundTakers.flatMap((of) => of(device, turn)),
  })
  const voice = new VoiceIntake({ recorder, intake: store.intake, log: log.part('voice') })
  const reader = new Reader(storeFile(folder), clock)
  reader.onDamage = (met) => store.damaged(met)
  const sync = new SyncThread({
    settings: () => syncSettings({ url: central.url, facts: store.facts, options }),
    fault: central.fault,
    async persist(step) {
      const { value } = await store.intake.input({ kind: 'sync', change: step })
      return value
    },
    clock,
    log: log.part('sync'),
    onChange: (status) => centralHealth(health, status),
  })
  return {
    options,
    topics: topicsBelow(config.base),
    health,
    report: () => health.report(clock.now(), clockSync.synced),
    clockSync,
    lag: new LoopLag(clock),
    store,
    reader,
    recorder,
    soundTakers,
    voice,
    sync,
    ...sealed,
    ...composeRunners(options, { store, health, secrets: sealed.secrets }),
    tickets: new TicketBook(clock),
    tries: composeTries(options, store),
    disk: new DiskWatch({ ...options, ...before, health, intake: store.intake, fault: () => store.fault }),
  }
}

function composeTries({ clock, log }: HubOptions, store: HouseStore): Base['tries'] {
  const closed = () => log.debug({}, 'a failed login was not noted: intake is closed')
  const failed = new FailedLogins(clock, (login) => void store.input({ kind: 'login_failed', ...login }).catch(closed))
  return { limits: new LoginLimits(clock), failed }
}

/** What makes this hub this hub. */
export function hubFiles({ folder, config, configFile, version }: HubOptions): HubFiles {
  return {
    folder,
    keys: config.secrets.keys ?? usualKeyFolder(folder),
    tlsKey: config.tls.key ?? join(folder, 'tls.key'),
    tlsCert: config.tls.cert ?? join(folder, 'tls.crt'),
    config: configFile ?? null,
    version,
  }
}

/** The key, what it opens, and what is done about a key that is lost or new. */
function composeSecrets(
  { folder, config, log }: HubOptions,
  care: Pick<KeyCareParts, 'health' | 'backUp'>,
): Pick<Base, 'keyFolder' | 'keyring' | 'keyCare' | 'secrets'> {
  const keyFolder = new KeyFolder(config.secrets.keys ?? usualKeyFolder(folder))
  const keyring = new Keyring(() => keyFolder.read())
  return {
    keyFolder,
    keyring,
    keyCare: new KeyCare({ ...care, keys: keyFolder, log: log.part('secrets') }),
    secrets: new StoredSecrets(storeFile(folder), keyring),
  }
}

/** What works beside the engine and hands in what came of it. */
function composeRunners(
  options: HubOptions,
  { store, health, secrets }: Pick<Base, 'store' | 'health' | 'secrets'>,
): Pick<Base, 'jobs' | 'followers'> {
  const { config, clock, log } = options
  const shared = { isOpen: () => store.facts !== null, settings: config.features, secrets, clock }
  return {
    jobs: new JobRunner({
      ...shared,
      hub: hubFiles(options),
      persist: (change) => store.intake.input({ kind: 'job', change }),
      log: log.part('jobs'),
      stuck: (reason) => (reason === null ? health.clear('jobs') : health.raise('jobs', 'part_failed', reason)),
    }),
    followers: new FollowerRunner({
      ...shared,
      persist: (change) => store.intake.input({ kind: 'follower', change }),
      log: log.part('followers'),
    }),
  }
}
