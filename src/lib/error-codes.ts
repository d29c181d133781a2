/**
 * Every failure that a user can cause, with the exit code of a command that ends by it.
 * `specs/errors.md` says of each what it means and what to do; a test holds the two lists equal.
 */
export const exitCodes = {
  // lib: files and YAML
  E_FILE_NOT_FOUND: 2,
  E_FILE_UNREADABLE: 2,
  E_FILE_UNWRITABLE: 1,
  E_YAML_SYNTAX: 2,
  E_YAML_DUPLICATE_KEY: 2,
  E_YAML_UNKNOWN_TAG: 2,
  E_YAML_LIMIT: 2,
  E_SCHEMA_TYPE: 2,
  E_SCHEMA_UNKNOWN_KEY: 2,
  E_SCHEMA_MISSING_KEY: 2,
  E_SCHEMA_VALUE: 2,
  // site
  E_SITE_NOT_FOUND: 2,
  E_INVENTORY: 2,
  E_PATTERN_UNKNOWN: 2,
  E_PATTERN_SYNTAX: 2,
  E_HOST_INTERFACE: 2,
  E_SECRETS_FILE: 2,
  E_SECRETS_IDENTITY: 2,
  E_SECRET_UNKNOWN: 2,
  // cli
  E_USAGE: 2,
  E_INTERRUPTED: 130,
  // expressions
  E_EXPRESSION_SYNTAX: 2,
  E_EXPRESSION_CONTEXT: 2,
  E_EXPRESSION_FUNCTION: 2,
  E_EXPRESSION_PROPERTY: 2,
  E_EXPRESSION_CONDITION: 2,
  E_EXPRESSION_LIMIT: 2,
  E_EXPRESSION_VALUE: 1,
  // actions
  E_ACTION_INPUT: 2,
  E_ASSERTION: 1,
  E_ENGINE_UNFIT: 1,
  E_HTTP_ANSWER: 1,
  E_HTTP_UNREACHABLE: 1,
  E_HTTP_URL: 2,
  E_TCP_UNREACHABLE: 1,
  // runner
  E_HOST_UNREACHABLE: 4,
  E_STEP_EXIT: 1,
  E_NOT_KNOWN_YET: 2,
  E_STAGE_APPROVAL: 1,
  E_STAGE_SERIAL: 2,
  E_STAGE_MAX_FAILURES: 2,
  E_COMPOSITE_DEPTH: 2,
  E_STEP_UNTIL: 1,
  E_STEP_DIRECTORY: 1,
  E_STEP_ENV: 1,
  E_STEP_TIMEOUT: 1,
  E_STEP_FILE: 1,
  E_STEP_SHELL: 2,
  E_ACTION_UNKNOWN: 2,
  E_ACTION_SCOPE: 2,
  E_RUN_EMPTY: 2,
  E_RUN_RECORD: 1,
  E_JOB_TIMEOUT: 1,
  // templates
  E_TEMPLATE_NOT_FOUND: 2,
  E_TEMPLATE_SYNTAX: 2,
  E_TEMPLATE_UNDEFINED: 2,
  E_TEMPLATE_RENDER: 2,
  E_CONFIG_SYNTAX: 2,
  // engine
  E_ENGINE_UNREACHABLE: 4,
  E_ENGINE_PERMISSION: 4,
  E_ENGINE_TIMEOUT: 4,
  E_ENGINE_VERSION: 4,
  E_ENGINE_DISK_FULL: 1,
  E_ENGINE_CONFLICT: 1,
  E_ENGINE_NOT_FOUND: 1,
  E_ENGINE_REFUSED: 1,
  E_IMAGE_MISSING: 1,
  E_NAME_FOREIGN: 1,
  E_PLAN_STALE: 1,
  E_CONTAINER_UNPROVEN: 1,
  E_CONTAINER_ROLLED_BACK: 1,
  E_CONTAINER_RELOAD: 1,
  E_CONFIG_INVALID: 2,
  E_ONE_SHOT_FAILED: 1,
  E_EXEC_TIMEOUT: 1,
  E_CONTAINER_NOT_RUNNING: 1,
  E_LOCK_HELD: 75,
  E_LOCK_LOST: 75,
  // hosts
  E_HOST_TRANSPORT: 4,
  E_HOST_UNKNOWN: 2,
  E_ENGINE_ADDRESS: 2,
  E_HOST_COMMAND: 1,
  // images
  E_IMAGE_DUPLICATE: 2,
  E_IMAGE_UNKNOWN: 2,
  E_IMAGE_UNKNOWN_PARENT: 2,
  E_IMAGE_CYCLE: 2,
  E_IMAGE_SUITE: 2,
  E_IMAGE_TEMPLATE: 2,
  E_IMAGE_PROFILE: 2,
  E_IMAGE_BASE: 1,
  E_IMAGE_SNAPSHOT: 1,
  E_IMAGE_BUILD: 1,
  E_IMAGE_TRANSFER: 1,
} as const satisfies Record<string, number>;

/** The closed set of error codes; callers branch on it, never on a message. */
export type ErrorCode = keyof typeof exitCodes;

/** The exit code that goes with an error code (DESIGN: 0 · 1 · 2 · 3 · 4 · 70 · 75 · 130/143). */
export function exitCodeOf(code: ErrorCode): number {
  return exitCodes[code];
}
