/** All that is examined of an installation, in the order of a reader. Pure. */
import { examineAdmission, examineCrds, examineNamespace, examineVersion } from './cluster.ts';
import type { Finding } from './finding.ts';
import { examineAddress, examineBackup } from './outside.ts';
import { examineKeys, examineModel, examinePlatform, examineWatched } from './platform.ts';
import { examineRights } from './rights.ts';
import type { Snapshot } from './snapshot.ts';
import {
  examineDeployments,
  examineImages,
  examineLease,
  examinePools,
  examineSecrets,
} from './workloads.ts';

const examinations: readonly ((snapshot: Snapshot) => Finding[])[] = [
  examineVersion,
  examineCrds,
  examineNamespace,
  examineLease,
  examinePlatform,
  examineDeployments,
  examineImages,
  examinePools,
  examineSecrets,
  examineKeys,
  examineModel,
  examineWatched,
  examineAdmission,
  examineAddress,
  examineBackup,
  ({ lacking }) => examineRights(lacking),
];

export const examineAll = (snapshot: Snapshot): Finding[] =>
  examinations.flatMap((examine) => examine(snapshot));
