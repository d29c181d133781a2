import type { ImageEngine, ImageFact } from '../engine/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { Emit, ImageResult } from '../lib/events.ts';
import type { ImagesLock } from '../lib/images-lock.ts';
import type { HostConnection } from '../lib/ports.ts';
import type { ImageGraph, ImageNode } from './model.ts';
import type { ImageNaming } from './references.ts';
import type { ImageSelection } from './select.ts';

/** What to build and how. */
export type BuildRequest = {
  /** Directories of image templates, highest precedence first. */
  readonly roots: readonly string[];
  readonly selection: ImageSelection;
  readonly naming: ImageNaming;
  readonly jobs: number;
  /** Send everything to the builder, without its cache. */
  readonly noCache: boolean;
  /** Take the package lists as they are now. */
  readonly update: boolean;
  /** Push to `<registry>/<namespace>/<image>:<tag>`. */
  readonly registry?: string | undefined;
  readonly push: boolean;
  /** In place of the suite's base image. */
  readonly base?: string | undefined;
  /** Part of the content hash. */
  readonly buildArgs: Readonly<Record<string, string>>;
  /** The builder's proxy settings; no part of any hash. */
  readonly proxies: Readonly<Record<string, string>>;
  readonly lock: ImagesLock;
  /** Where a log file an image is written; absent: nowhere. */
  readonly logDirectory?: string | undefined;
};

export type BuildPorts = {
  readonly engine: ImageEngine;
  /** The machine that may make a root file system. */
  readonly host?: HostConnection | undefined;
  readonly emit: Emit;
  readonly clock: Clock;
  readonly signal: AbortSignal;
};

/** A build under way. `ids` and `results` fill while it runs. */
export type BuildSession = {
  readonly request: BuildRequest;
  readonly ports: BuildPorts;
  readonly graph: ImageGraph;
  /** What was on the engine when the build began. */
  readonly images: readonly ImageFact[];
  /** Base images by suite, others that we do not build by reference. */
  readonly bases: ReadonlyMap<string, ImageFact>;
  readonly externals: ReadonlyMap<string, string>;
  readonly snapshot: Readonly<Record<string, string>>;
  /** Content hashes by node. */
  readonly hashes: ReadonlyMap<string, string>;
  /** The images that nodes have now. */
  readonly ids: Map<string, string>;
  readonly results: Map<string, ImageResult>;
};

/** An image's name in events, results and the lock: with its suite where the graph has it on two. */
export function displayName(node: ImageNode, graph: ImageGraph): string {
  for (const other of graph.nodes.values()) {
    if (other.image === node.image && other.suite !== node.suite) return node.key;
  }
  return node.image;
}
