export { defineActor } from './actors/actor.ts';
export type {
  Actor,
  ActorContext,
  ActorLogLevel,
  ActorResources,
  ResourceHold,
  RunningActor,
  RuntimeKind,
  SerialHold,
} from './actors/actor.ts';
export { actorHoldsMost, HeldResources } from './actors/held-resources.ts';
export { bufferedRowsMost, csvColumns, CsvLog, flushAfterMs } from './csv-log/csv-log.ts';
export type { CsvLogOptions, CsvRow } from './csv-log/csv-log.ts';
export { CsvRecorder, userTagKeptMs } from './csv-log/csv-recorder.ts';
export type { CsvRecorderOptions } from './csv-log/csv-recorder.ts';
export { driverFamilies } from './driver-families.ts';
export type { DriverFactories, DriverFamily, DriverFamilyOptions } from './driver-families.ts';
export type { Action, ActionContext, Driver, Identity } from './driver.ts';
export { BitaxeDriver, bitaxeTimeoutMs } from './drivers/bitaxe/bitaxe-driver.ts';
export type { BitaxeDriverOptions } from './drivers/bitaxe/bitaxe-driver.ts';
export { isAxeOs } from './drivers/bitaxe/axe-os.ts';
export { CgminerDriver, cgminerTimeoutMs } from './drivers/cgminer/cgminer-driver.ts';
export type { CgminerDriverOptions } from './drivers/cgminer/cgminer-driver.ts';
export { MagicMinerDriver, magicMinerTimeoutMs } from './drivers/magic-miner/magic-miner-driver.ts';
export type { MagicMinerDriverOptions } from './drivers/magic-miner/magic-miner-driver.ts';
export { fieldsOf, isMagicMiner } from './drivers/magic-miner/page-fields.ts';
export { plainMac, writtenMac } from './drivers/miner/expected-device.ts';
export { minerParameterNames } from './drivers/miner/miner-facts.ts';
export type { MinerParameterName } from './drivers/miner/miner-facts.ts';
export {
  driverOfMinerType,
  isMinerDriver,
  minerDrivers,
  minerId,
  minerPorts,
  minerTypeOf,
  minerTypes,
  typeOfMinerDriver,
} from './drivers/miner/miner-types.ts';
export type { MinerDriver, MinerType } from './drivers/miner/miner-types.ts';
export { BronkhorstDriver } from './drivers/bronkhorst/bronkhorst-driver.ts';
export type { BronkhorstDriverOptions } from './drivers/bronkhorst/bronkhorst-driver.ts';
export type { GasFactors } from './drivers/bronkhorst/gas-factors.ts';
export { channelsMost } from './drivers/bronkhorst/parameter-catalogue.ts';
export type { ProparParameter } from './drivers/bronkhorst/parameter-catalogue.ts';
export { answerTimeoutMs, chainBytesMost, ProparWire } from './drivers/bronkhorst/propar-wire.ts';
export type { ProparWireOptions } from './drivers/bronkhorst/propar-wire.ts';
export { readItem, scopeOf } from './drivers/bronkhorst/read-chain.ts';
export { nodeMost, probeTimeoutMs, scanBus } from './drivers/bronkhorst/scan-bus.ts';
export type { FoundNode, ScanOptions } from './drivers/bronkhorst/scan-bus.ts';
export { rawMessage } from './drivers/bronkhorst/write-message.ts';
export { boardOfCommand } from './drivers/red-pitaya/board-of-command.ts';
export type { CommandResponse } from './drivers/red-pitaya/command-response.ts';
export type { SettingsChange } from './drivers/red-pitaya/last-changes.ts';
export { RedPitayaBoards } from './drivers/red-pitaya/red-pitaya-boards.ts';
export type {
  BoardClaim,
  BoardRequest,
  RedPitayaWay,
} from './drivers/red-pitaya/red-pitaya-boards.ts';
export {
  commandTimeoutMs,
  connectMs,
  RedPitayaManager,
  shutDownMs,
} from './drivers/red-pitaya/red-pitaya-manager.ts';
export type {
  CommandOptions,
  RedPitayaLogEntry,
  RedPitayaManagerOptions,
} from './drivers/red-pitaya/red-pitaya-manager.ts';
export {
  acquireHoldMs,
  triggerMsDefault,
  triggerMsMost,
} from './drivers/red-pitaya/red-pitaya-actions.ts';
export { RedPitayaDriver } from './drivers/red-pitaya/red-pitaya-driver.ts';
export type { RedPitayaDriverOptions } from './drivers/red-pitaya/red-pitaya-driver.ts';
export { decodeVolts } from './drivers/red-pitaya/red-pitaya-samples.ts';
export { pyrplPort } from './drivers/red-pitaya/red-pitaya-worker.ts';
export type { RedPitayaConfig } from './drivers/red-pitaya/red-pitaya-worker.ts';
export { DeviceControl } from './drivers/scpi/device-control.ts';
export { ScpiDriver, scpiTimeoutMs } from './drivers/scpi/scpi-driver.ts';
export type { ReplyPolicy, ScpiDriverOptions, ScpiParameter } from './drivers/scpi/scpi-driver.ts';
export { Player } from './drivers/spotify/player.ts';
export type { PlayerOptions, PlayOptions } from './drivers/spotify/player.ts';
export type {
  PlayerDevice,
  PlayerItem,
  PlayerQueue,
  PlayerRepeat,
  PlayerState,
} from './drivers/spotify/player-types.ts';
export { SpotifyDriver } from './drivers/spotify/spotify-driver.ts';
export { spotifyAccounts, spotifyServer } from './drivers/spotify/spotify-server.ts';
export type { SpotifyDriverOptions } from './drivers/spotify/spotify-driver.ts';
export { functionNameMost, WorkerDriver, workerTimeoutMs } from './drivers/worker/worker-driver.ts';
export type { WorkerDriverOptions, WorkerParameter } from './drivers/worker/worker-driver.ts';
export type { DumpLevel } from './flow-control/line-monitor.ts';
export {
  PP_COMMAND,
  PP_ERROR,
  PP_MODE,
  PP_STATUS,
  pp_status_codes,
  PP_TYPE,
} from './flow-control/propar-constants.ts';
export { ProparDatabase } from './flow-control/propar-database.ts';
export type { DatabaseParameter, DatabaseValue } from './flow-control/propar-database.ts';
export { ProparInstrument } from './flow-control/propar-instrument.ts';
export type { ProparInstrumentOptions } from './flow-control/propar-instrument.ts';
export { ProparManager, sharedInstrumentsMost } from './flow-control/propar-manager.ts';
export type { ProparManagerOptions } from './flow-control/propar-manager.ts';
export { masterBaudRate, ProparMaster } from './flow-control/propar-master.ts';
export type { ProparMasterOptions } from './flow-control/propar-master.ts';
export type { ProparProvider, SerialClass, SharedBus } from './flow-control/propar-provider.ts';
export type { ProparRequest, ProparResult } from './flow-control/propar-types.ts';
export type { UsbStatistics } from './flow-control/usb-statistics.ts';
export { Instrument } from './instrument.ts';
export type { ActionOptions, CallOptions, InstrumentOptions, LastChange } from './instrument.ts';
export type { Access, ManyReadings, Parameter, Reading, Value } from './parameter.ts';
export { deviceCacheMs } from './shared-resources/device-cache.ts';
export { asOneChain, inOrder, serialPortRank, visaRank } from './shared-resources/lock-order.ts';
export { SharedResources, sharedResourcesMost } from './shared-resources/shared-resources.ts';
export type { SharedResourcesOptions } from './shared-resources/shared-resources.ts';
export { SerialGuard } from './shared-serial-port/serial-guard.ts';
export {
  guardHoldMs,
  sharedBaudRate,
  SharedSerialPort,
  sharedReadTimeoutMs,
} from './shared-serial-port/shared-serial-port.ts';
export type { SharedSerialPortOptions } from './shared-serial-port/shared-serial-port.ts';
export { VisaHold } from './visa-session/visa-hold.ts';
export {
  batchCommandsMost,
  visaHoldMs,
  VisaSessionManager,
  visaTimeoutMs,
} from './visa-session/visa-session-manager.ts';
export type {
  VisaCommandOptions,
  VisaSessionOptions,
  VisaStatistics,
} from './visa-session/visa-session-manager.ts';
