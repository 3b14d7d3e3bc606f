/** What the pages say that are not there from the beginning. */
import { account } from './account.ts';
import { admin } from './admin.ts';
import { backtest } from './backtest.ts';
import { channels } from './channels.ts';
import { check } from './check.ts';
import { data } from './data.ts';
import { feeds } from './feeds.ts';
import { findings } from './findings.ts';
import { form } from './form.ts';
import { imports } from './imports.ts';
import { links } from './links.ts';
import { members } from './members.ts';
import { monitor } from './monitor.ts';
import { preview } from './preview.ts';
import { proof } from './proof.ts';
import { schedule } from './schedule.ts';
import { security } from './security.ts';
import { tokens } from './tokens.ts';
import { values } from './values.ts';

export const later = {
  account,
  admin,
  backtest,
  channels,
  check,
  data,
  feeds,
  findings,
  form,
  imports,
  links,
  members,
  monitor,
  preview,
  proof,
  schedule,
  security,
  tokens,
  values,
};
