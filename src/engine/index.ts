/** A host's container engine: connection, reconcile, one-shots, locks, images, logs. */

export { applyContainer } from './apply-container.ts';
export { applyOneShot } from './apply-one-shot.ts';
export type { Applied, ApplyPorts } from './apply-ports.ts';
export type {
  CallOptions,
  ConnectOptions,
  EngineCallRecord,
  EngineConnection,
  EngineVersion,
} from './connection.ts';
export { connectEngine, renderEndpoint, supportedApi } from './connection.ts';
export type { ContainerPlan } from './container-plan.ts';
export { planContainer } from './container-plan.ts';
export type { ContainerStep } from './container-steps.ts';
export { engineOf } from './docker-engine.ts';
export { containerLogs, execInContainer } from './exec.ts';
export { explainConfig } from './explain-config.ts';
export type { HostFacts } from './facts.ts';
export { isOurs, observeHost } from './facts.ts';
export { imageEngine } from './image-engine.ts';
export type {
  ImageBuildProgress,
  ImageBuildRequest,
  ImageEngine,
  ImageFact,
  ImageImportRequest,
  ThrowawayRequest,
  ThrowawayResult,
  TransferOptions,
} from './image-port.ts';
export { appliedVolume, baseNameOf, doneVolume, labels, namesOf } from './labels.ts';
export type { HostLock, LockHolder, LockState } from './lock.ts';
export {
  acquireLock,
  forceUnlock,
  isLockHeld,
  lockExpiryMs,
  lockHeartbeatMs,
  lockImage,
  lockName,
  readLock,
  releaseLock,
  renewLock,
} from './lock.ts';
export type { OneShotPlan } from './one-shot-plan.ts';
export { planOneShot } from './one-shot-plan.ts';
export type { RemovalPlan } from './orphans.ts';
export { applyRemoval, planDestroy, planOrphans } from './orphans.ts';
export type {
  ContainerConfig,
  ContainerExec,
  ContainerExecResult,
  ContainerFact,
  ContainerHealth,
  ContainerState,
  ContainerStatus,
  Engine,
  LogRequest,
  PathTimes,
  RestartPolicy,
  VolumeFact,
} from './port.ts';
export type { Proof, ProveOptions } from './prove.ts';
export { logTail, proveContainer } from './prove.ts';
export type { HeldHostLocks, RunHostLocks, RunLockOptions } from './run-locks.ts';
export { runLocks } from './run-locks.ts';
