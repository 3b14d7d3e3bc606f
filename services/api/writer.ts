/** Where monitors, channels and secrets are written: into the database, or into a cluster. */
import type { ApplyRequest, ApplyResult } from './apply.ts';
import type { ApiDeps } from './deps.ts';
import type { ManifestKind } from '../core/manifest/index.ts';
import type { Principal } from './principal.ts';

/** An object as it is answered, with its version as an ETag. */
export interface Shown {
  readonly object: Record<string, unknown>;
  readonly etag: string;
}

/** What a writer works with. */
export type WriterDeps = Omit<ApiDeps, 'objects' | 'memberships' | 'readPlatform'>;

/**
 * The one way to objects; routes know no other. Every method throws HttpError, StoreError or the
 * errors of its transport, which `toApiError` translates.
 */
export interface ObjectWriter {
  /** Applies manifests, each by itself; problems are results. */
  apply(principal: Principal, request: ApplyRequest): Promise<ApplyResult[]>;
  /** Creates a MonitorJob; refuses a name that is taken. */
  create(principal: Principal, document: Record<string, unknown>): Promise<Shown>;
  /**
   * Replaces a MonitorJob.
   * @param ifMatch the header: only the version that it names.
   */
  replace(
    principal: Principal,
    name: string,
    document: Record<string, unknown>,
    ifMatch: string | undefined,
  ): Promise<Shown>;
  /** Copies a MonitorJob under another name, paused. */
  duplicate(principal: Principal, name: string, copy: string): Promise<Shown>;
  /** Pauses or resumes a MonitorJob. */
  suspend(principal: Principal, name: string, suspend: boolean): Promise<Shown>;
  /** Asks for a check; a wish that nobody took up yet is shared. @returns its id. */
  requestRun(principal: Principal, name: string): Promise<string>;
  remove(principal: Principal, kind: ManifestKind, name: string): Promise<void>;
  /** Takes away what of a whole workspace is kept elsewhere than in the database. */
  clear(workspace: string): Promise<void>;
  readMonitor(workspace: string, name: string): Promise<Shown>;
  readChannel(workspace: string, name: string): Promise<Shown>;
}
