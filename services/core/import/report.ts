/** What an import makes of a file: objects, and everything that could not be carried over. */
import type { ManifestValue } from '../manifest/index.ts';

/** Programs whose files are read; `duckmon` is our own manifests. */
export const IMPORT_FORMATS = ['changedetection', 'urlwatch', 'uptimeKuma', 'duckmon'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** A field that is not in the manifest as it was in the file. */
export interface ImportNote {
  /** As the file calls it, such as `browser_steps`. */
  readonly field: string;
  /** `changed`: carried over, but it means something slightly different here. */
  readonly what: 'changed' | 'leftOut';
  readonly why: string;
  /** What the person can do; '' when there is nothing to do. */
  readonly todo: string;
}

/** What to do about notifications, which hold secrets and are not taken. */
export const CHANNEL_TODO = 'create a channel and name it in alerting.channelRefs';

/** An object that can be created. */
export interface ImportedObject {
  readonly kind: 'MonitorJob' | 'NotificationChannel';
  readonly name: string;
  /** What the file calls it. */
  readonly label: string;
  readonly manifest: ManifestValue;
  readonly notes: readonly ImportNote[];
}

/** An entry of the file of which nothing can be made. */
export interface SkippedEntry {
  readonly label: string;
  readonly why: string;
  readonly todo: string;
}

export interface ImportReport {
  readonly from: ImportFormat;
  readonly objects: readonly ImportedObject[];
  readonly skipped: readonly SkippedEntry[];
  /** What holds for the whole file. */
  readonly notes: readonly ImportNote[];
}

/** Collects notes in their order. */
export interface Notes {
  readonly all: ImportNote[];
  readonly leftOut: (field: string, why: string, todo?: string) => void;
  readonly changed: (field: string, why: string, todo?: string) => void;
}

export function newNotes(): Notes {
  const all: ImportNote[] = [];
  return {
    all,
    leftOut: (field, why, todo = '') => void all.push({ field, what: 'leftOut', why, todo }),
    changed: (field, why, todo = '') => void all.push({ field, what: 'changed', why, todo }),
  };
}

/** Most characters of a word of the file that is repeated in a report. */
const MOST_OF_A_LABEL = 120;

/** A text of the file, bounded and on one line. */
export function labelOf(...texts: readonly unknown[]): string {
  const text = texts.find((it): it is string => typeof it === 'string' && it.trim() !== '');
  const line = (text ?? '').replaceAll(/\s+/g, ' ').trim();
  return line.length > MOST_OF_A_LABEL ? `${line.slice(0, MOST_OF_A_LABEL)}…` : line;
}
