import type { Readable } from 'node:stream';

/**
 * What Slipway asks of an engine about images. All reject with UserError: the engine's own (E_ENGINE_…), E_IMAGE_BUILD,
 * E_IMAGE_TRANSFER, E_IMAGE_MISSING; and with the signal's reason once it is aborted.
 */
export type ImageEngine = {
  readonly host: string;
  /** `linux/amd64` and the like. */
  readonly platform: string;
  /** All tagged and labelled images in one call. */
  readonly listImages: () => Promise<readonly ImageFact[]>;
  readonly inspectImage: (reference: string) => Promise<ImageFact | undefined>;
  /** Builds and tags; gives the image's id. An aborted build leaves no container behind. */
  readonly buildImage: (request: ImageBuildRequest) => Promise<string>;
  /** Makes an image of a root file system's tar and gives its id. */
  readonly importImage: (request: ImageImportRequest) => Promise<string>;
  readonly pullImage: (reference: string, options: TransferOptions) => Promise<void>;
  /** Pushes and gives the digest in the registry, `sha256:…`. */
  readonly pushImage: (reference: string, options: TransferOptions) => Promise<string>;
  readonly tagImage: (image: string, reference: string) => Promise<void>;
  /** Runs a command in a container that is removed whatever happens; `output` is its stdout. */
  readonly runThrowaway: (request: ThrowawayRequest) => Promise<ThrowawayResult>;
  readonly close: () => void;
};

export type ImageFact = {
  /** The config digest, `sha256:…`. */
  readonly id: string;
  readonly references: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly sizeBytes: number;
};

export type ImageBuildRequest = {
  /** A tar with `Dockerfile` at its top. */
  readonly context: Readable;
  readonly reference: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly noCache: boolean;
  readonly signal: AbortSignal;
  readonly progress: (event: ImageBuildProgress) => void;
};

/** A step begins, or a line was printed. */
export type ImageBuildProgress =
  | { readonly kind: 'step'; readonly step: number; readonly of: number; readonly text: string }
  | { readonly kind: 'output'; readonly text: string };

export type ImageImportRequest = {
  readonly tar: Readable;
  readonly reference: string;
  /** Instructions of a Dockerfile for the image's configuration, such as `LABEL a=b`. */
  readonly changes: readonly string[];
  readonly signal: AbortSignal;
};

export type TransferOptions = {
  readonly signal: AbortSignal;
  readonly progress?: (text: string) => void;
};

export type ThrowawayRequest = {
  readonly image: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
};

export type ThrowawayResult = {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
};
