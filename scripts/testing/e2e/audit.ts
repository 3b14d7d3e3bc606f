/** The audit of the installation, as an administrator exports it. */
import assert from 'node:assert/strict';
import type { System } from './system.ts';

export interface AuditRow {
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly detail: { readonly askedBy?: string; readonly reason?: string };
}

/** The newest act of a kind; an act that is not there fails the test. */
export async function auditOf({ monitor }: System, action: string): Promise<AuditRow> {
  const lines = (await monitor('audit', 'export')).trim().split('\n');
  const rows = lines.map((line) => JSON.parse(line) as AuditRow);
  return rows.find((row) => row.action === action) ?? assert.fail(`no ${action} in the audit`);
}
