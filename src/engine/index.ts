/** A host's container engine: connection, reconcile, one-shots, locks, images, logs. */
export type {
  CallOptions,
  ConnectOptions,
  EngineCallRecord,
  EngineConnection,
  EngineVersion,
} from './connection.ts';
export { connectEngine, renderEndpoint, supportedApi } from './connection.ts';
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
