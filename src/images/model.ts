import type { SourcePosition } from '../lib/position.ts';

/** An image's template and the files beside it, before anything is rendered. */
export type ImageTemplate = {
  readonly name: string;
  /** Its path below the roots: `keystone/keystone-base`. */
  readonly path: string;
  /** The file that counts: the first root's that has one. */
  readonly file: string;
  /** The suites that have its packages, newest first; empty where the template names none and takes any. */
  readonly suites: readonly string[];
  readonly suitesAt: SourcePosition;
};

/** The templates of some roots (highest precedence first), by image name. */
export type ImageTree = {
  readonly roots: readonly string[];
  readonly templates: ReadonlyMap<string, ImageTemplate>;
  readonly profiles: ReadonlyMap<string, Profile>;
};

export type Profile = { readonly name: string; readonly patterns: readonly ProfilePattern[] };
export type ProfilePattern = { readonly pattern: string; readonly at: SourcePosition };

/** A file that the builder gets; `path` is relative to the context. Modes are 0755 or 0644, links 0777. */
export type ContextFile = {
  readonly path: string;
  /** The image's directory in the root that the file comes from. */
  readonly directory: string;
  readonly mode: number;
  readonly content:
    | { readonly kind: 'file'; readonly sha256: string }
    | { readonly kind: 'link'; readonly to: string };
};

/** Names an image on a suite. Two suites of one image are two nodes. */
export type ImageId = { readonly image: string; readonly suite: string };

/** A parent of ours, or an image that we do not build; `scratch` is none. `at` works its place out when asked. */
export type ParentReference =
  | {
      readonly kind: 'image';
      readonly key: string;
      readonly image: string;
      readonly at: () => SourcePosition;
    }
  | { readonly kind: 'base'; readonly suite: string; readonly at: () => SourcePosition }
  | { readonly kind: 'external'; readonly reference: string; readonly at: () => SourcePosition };

/** An image on a suite, rendered. `dockerfile` is canonical: parents stand in it as `image://NAME` and `base://SUITE`. */
export type ImageNode = ImageId & {
  readonly key: string;
  readonly template: ImageTemplate;
  readonly dockerfile: string;
  readonly parents: readonly ParentReference[];
  readonly files: readonly ContextFile[];
};

/** The selected images with all their parents, parents first. `asked` are the keys that were selected themselves. */
export type ImageGraph = {
  readonly nodes: ReadonlyMap<string, ImageNode>;
  readonly asked: ReadonlySet<string>;
};

/** `base@trixie`: an image on a suite. */
export function imageKey(id: ImageId): string {
  return `${id.image}@${id.suite}`;
}
