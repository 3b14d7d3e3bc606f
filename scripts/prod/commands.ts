/** The words of production, with what each is told. */
import type { Component } from '../../operator/src/names.ts';
import type { Where } from './place.ts';

/** As in the guide; each is a script of package.json. */
export const WORDS = [
  'generate-keys',
  'prod-build',
  'prod-up',
  'prod-health',
  'prod-logs',
  'prod-down',
  'backup',
  'restore',
] as const;
export type Word = (typeof WORDS)[number];

/** Those that mean the duckmon of this machine unless they are told `--cluster`. */
export const LOCAL_WORDS = ['generate-keys', 'backup', 'restore'] as const;
export type LocalWord = (typeof LOCAL_WORDS)[number];

export interface Shared {
  readonly where: Where;
  /** Show what would be done, and do nothing. */
  readonly dryRun: boolean;
}

export interface BuildCommand extends Shared {
  readonly kind: 'prod-build';
  /** Folder of archives and of images.json. */
  readonly output: string;
  /** Host, and a path if wanted; undefined keeps the images on this machine. */
  readonly registry: string | undefined;
  readonly docker: boolean;
  readonly push: boolean;
}

export interface UpCommand extends Shared {
  readonly kind: 'prod-up';
  /** What prod-build wrote; undefined when the person's values name the images. */
  readonly images: string | undefined;
  /** Files of values. */
  readonly values: readonly string[];
  readonly set: readonly string[];
  /** Leave labels of the namespace alone. */
  readonly keepNamespace: boolean;
  readonly timeoutMs: number;
}

export interface HealthCommand extends Shared {
  readonly kind: 'prod-health';
  readonly json: boolean;
}

export interface LogsCommand extends Shared {
  readonly kind: 'prod-logs';
  /** Undefined shows all. */
  readonly part: Component | undefined;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly since: string | undefined;
  readonly tail: number | undefined;
}

export interface DownCommand extends Shared {
  readonly kind: 'prod-down';
  readonly yes: boolean;
  readonly timeoutMs: number;
}

export interface KeysCommand extends Shared {
  readonly kind: 'generate-keys';
}

export interface BackupCommand extends Shared {
  readonly kind: 'backup';
  readonly timeoutMs: number;
}

export interface RestoreCommand extends Shared {
  readonly kind: 'restore';
  /** `latest`, or the name of a stored backup. */
  readonly from: string;
  readonly yes: boolean;
  readonly timeoutMs: number;
}

/** What the `duckmon` of this machine does. */
export interface LocalCommand {
  readonly kind: 'local';
  readonly args: readonly string[];
  readonly dryRun: boolean;
}

export type ClusterCommand =
  | BuildCommand
  | UpCommand
  | HealthCommand
  | LogsCommand
  | DownCommand
  | KeysCommand
  | BackupCommand
  | RestoreCommand;

export type ProdCommand =
  | { readonly kind: 'help'; readonly word: Word | undefined }
  | LocalCommand
  | ClusterCommand;
